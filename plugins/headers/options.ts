import { z } from 'zod';
import { FieldBlock, Slot } from '../../core/index.ts';
import { compileTemplate, complaintAbout, type NamedSlots } from './exchange-values.ts';
import type { ValueMaker } from './field-changes.ts';
import { oneOrMore } from './one-or-more.ts';
import { rangeOf } from './statuses.ts';

const maker = z.custom<ValueMaker>((value) => typeof value === 'function');
const value = z.union([z.string(), maker], 'must be a text, or in TypeScript a function');
const added = z.union([z.string(), maker, z.array(value)], 'must be a text or a list of texts');

const changes = {
  set: z
    .record(z.string(), value)
    .default({})
    .describe('Fields with their values; others of these names go.'),
  add: z.record(z.string(), added).default({}).describe('Fields that are added to those that are there.'),
  rename: z.record(z.string(), z.string()).default({}).describe('Old names with new ones; values are kept.'),
  remove: z.array(z.string()).default([]).describe('Names of fields that are removed.'),
};

const status = z
  .union([z.int(), z.string()], 'must be a status like 404, "4xx" or "502-504"')
  .refine((range) => rangeOf(range) !== undefined, 'must be a status like 404, "4xx" or "502-504"');

const request = z.strictObject(changes);
const response = z.strictObject({
  ...changes,
  status: oneOrMore(status).optional(),
});

/** What is to be changed in one kind of message. */
export type Section = z.output<typeof request>;

type Report = (path: (string | number)[], complaint: string) => void;

function messageOf(error: unknown): string {
  return (error as Error).message;
}

/** The constant that a template makes, `x` for what is known later. */
function checkTemplate(source: string, isResponse: boolean, mayWait: boolean, slots: NamedSlots): string {
  const { constant, from } = compileTemplate(source, slots);
  if (constant === '') throw new Error('is empty; use remove');
  if (from === 'response' && !isResponse) throw new Error('names what is known only with the response');
  if (from === 'attempt' && !isResponse && !mayWait)
    throw new Error('names the backend, of which there may be several; use set');
  return constant ?? 'x';
}

function checkValues(section: Section, isResponse: boolean, slots: NamedSlots, report: Report): void {
  for (const kind of ['set', 'add'] as const) {
    for (const [name, given] of Object.entries(section[kind])) {
      for (const each of [given].flat()) {
        try {
          const text =
            typeof each === 'string' ? checkTemplate(each, isResponse, kind === 'set', slots) : 'x';
          FieldBlock.from([[name, text]]);
        } catch (error) {
          report([kind, name], messageOf(error));
        }
      }
    }
  }
}

function checkNames(section: Section, report: Report): void {
  const renamed = Object.entries(section.rename);
  const uses: [path: (string | number)[], name: string, group: string][] = [
    ...Object.keys(section.set).map((name): [string[], string, string] => [['set', name], name, 'set']),
    ...Object.keys(section.add).map((name): [string[], string, string] => [['add', name], name, 'added']),
    ...renamed.flatMap(([from, to]): [string[], string, string][] => [
      [['rename', from], from, 'renamed'],
      [['rename', from], to, 'the new name of another'],
    ]),
    ...section.remove.map((name, at): [(string | number)[], string, string] => [
      ['remove', at],
      name,
      'removed',
    ]),
  ];
  const seen = new Map<string, string>();
  for (const [path, name, group] of uses) {
    const before = seen.get(name.toLowerCase());
    const isFine = before === undefined || (before === 'set' && group === 'added');
    if (isFine) seen.set(name.toLowerCase(), group);
    else report(path, `the field ${JSON.stringify(name)} is ${before} already`);
  }
}

function checkSettable(section: Section, report: Report): void {
  const names: [(string | number)[], string][] = [
    ...Object.entries(section.rename).flatMap(([from, to]): [string[], string][] => [
      [['rename', from], from],
      [['rename', from], to],
    ]),
    ...section.remove.map((name, at): [(string | number)[], string] => [['remove', at], name]),
  ];
  for (const [path, name] of names) {
    try {
      FieldBlock.from([[name, '']]);
    } catch (error) {
      report(path, messageOf(error).replace('cannot be set', 'cannot be changed'));
    }
  }
}

const slot = z.custom<Slot<unknown>>((given) => given instanceof Slot, 'must be a Slot');

export const options = z
  .strictObject({
    request: request.optional().describe('Changes of the request, before it is sent to a backend.'),
    response: oneOrMore(response)
      .default([])
      .describe('Changes of the response; in a list each may be for some statuses only.'),
    values: z
      .record(z.string(), slot)
      .default({})
      .describe('In TypeScript: slots with the names by which templates call them.'),
  })
  .superRefine((all, issues) => {
    const check = (section: Section, at: (string | number)[], isResponse: boolean): void => {
      const report: Report = (path, message) =>
        issues.addIssue({ code: 'custom', message, path: [...at, ...path] });
      checkValues(section, isResponse, all.values, report);
      checkNames(section, report);
      checkSettable(section, report);
    };
    const complaint = complaintAbout(all.values);
    if (complaint !== undefined) issues.addIssue({ code: 'custom', message: complaint, path: ['values'] });
    if (all.request !== undefined) check(all.request, ['request'], false);
    for (const [at, section] of all.response.entries()) check(section, ['response', at], true);
  });
