import { type Exchange, FieldBlock, type FieldList } from '../../core/index.ts';
import { safeValue } from './safe-value.ts';

/** A value that is made for each message; nothing or an empty text for none. */
export type ValueMaker = (exchange: Exchange) => string | undefined;

/** Changes of a list of fields, names settable and constant values valid. */
export interface FieldChanges {
  readonly set: readonly (readonly [name: string, value: string | ValueMaker])[];
  readonly add: readonly (readonly [name: string, value: string | ValueMaker])[];
  readonly rename: readonly (readonly [from: string, to: string])[];
  readonly remove: readonly string[];
}

/** Carries changes out, in the order set, add, rename, remove. */
export type Changer = (fields: FieldList, exchange: Exchange) => void;

type Valued = FieldChanges['set'];

type Constant = readonly [name: string, value: string];

function isConstant(pair: Valued[number]): pair is Constant {
  return typeof pair[1] === 'string';
}

/** Fields that are the same each time: validated and written once. */
function settingConstants(constants: readonly Constant[]): Changer {
  const names = constants.map(([name]) => name.toLowerCase());
  const block = FieldBlock.from(constants);
  return (fields) => {
    for (const name of names) fields.delete(name);
    fields.appendBlock(block);
  };
}

function addingConstants(constants: readonly Constant[]): Changer {
  const block = FieldBlock.from(constants);
  return (fields) => fields.appendBlock(block);
}

/** The fields in their order, neighbours with constant values together. */
function inOrder(
  pairs: Valued,
  together: (constants: readonly Constant[]) => Changer,
  alone: (pair: readonly [string, ValueMaker]) => Changer,
): Changer[] {
  const steps: Changer[] = [];
  let constants: Constant[] = [];
  const close = (): void => {
    if (constants.length > 0) steps.push(together(constants));
    constants = [];
  };
  for (const pair of pairs) {
    if (isConstant(pair)) constants.push(pair);
    else {
      close();
      steps.push(alone(pair as readonly [string, ValueMaker]));
    }
  }
  close();
  return steps;
}

function setting([name, make]: readonly [string, ValueMaker]): Changer {
  return (fields, exchange) => {
    const value = make(exchange);
    // what the client sent under that name must not pass for ours
    if (value === undefined || value === '') fields.delete(name);
    else fields.set(name, safeValue(value));
  };
}

function adding([name, make]: readonly [string, ValueMaker]): Changer {
  return (fields, exchange) => {
    const value = make(exchange);
    if (value !== undefined && value !== '') fields.append(name, safeValue(value));
  };
}

function renaming([from, to]: readonly [string, string]): Changer {
  return (fields) => {
    if (!fields.has(from)) return;
    const values = fields.getAll(from);
    fields.delete(from);
    fields.delete(to);
    for (const value of values) fields.append(to, value);
  };
}

/** @throws GatewayError `invalid_field` for a name or a constant value that cannot be sent. */
export function createChanger({ set, add, rename, remove }: FieldChanges): Changer | undefined {
  const removed = remove.map((name) => name.toLowerCase());
  const steps = [
    ...inOrder(set, settingConstants, setting),
    ...inOrder(add, addingConstants, adding),
    ...rename.map(renaming),
    ...removed.map(
      (name): Changer =>
        (fields) =>
          void fields.delete(name),
    ),
  ];
  if (steps.length < 2) return steps[0];
  return (fields, exchange) => {
    for (const step of steps) step(fields, exchange);
  };
}
