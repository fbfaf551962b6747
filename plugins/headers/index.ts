import { definePlugin, type PluginHost } from '../../core/index.ts';
import { compileTemplate, type Moment, type NamedSlots } from './exchange-values.ts';
import { createChanger, type FieldChanges, type ValueMaker } from './field-changes.ts';
import { options, type Section } from './options.ts';
import { statusTest } from './statuses.ts';

// what other plugins in the box use as well
export { addVary } from './vary.ts';
export { combinedValue } from './combined-value.ts';
export { oneOrMore } from './one-or-more.ts';
export { rangeOf, statusTest } from './statuses.ts';

type Given = string | ValueMaker;

/** The constant or the maker of a value. */
function compiled(given: Given, slots: NamedSlots): Given {
  if (typeof given !== 'string') return given;
  const { constant, read } = compileTemplate(given, slots);
  return constant ?? read;
}

function changesOf(section: Section, slots: NamedSlots): FieldChanges {
  const add = Object.entries(section.add).flatMap(([name, values]) =>
    [values].flat().map((value) => [name, compiled(value, slots)] as const),
  );
  return {
    set: Object.entries(section.set).map(([name, value]) => [name, compiled(value, slots)] as const),
    add,
    rename: Object.entries(section.rename),
    remove: section.remove,
  };
}

/** The part of the fields that are set whose values are known then. */
function setFrom(moment: Moment, { set }: Section, slots: NamedSlots): Section['set'] {
  const momentOf = (given: Given): Moment =>
    typeof given === 'string' ? compileTemplate(given, slots).from : 'request';
  return Object.fromEntries(Object.entries(set).filter(([, given]) => momentOf(given) === moment));
}

function changeRequests({ hooks }: PluginHost, section: Section, slots: NamedSlots): void {
  const early = createChanger(changesOf({ ...section, set: setFrom('request', section, slots) }, slots));
  if (early !== undefined) hooks.onRequest.tap((exchange) => early(exchange.outbound.fields, exchange));
  const nothing = { add: {}, rename: {}, remove: [] };
  const late = createChanger(changesOf({ ...nothing, set: setFrom('attempt', section, slots) }, slots));
  if (late !== undefined) hooks.onBackendRequest.tap((exchange) => late(exchange.outbound.fields, exchange));
}

export default definePlugin({
  name: 'headers',
  options,
  setup(gateway, { request, response, values }) {
    if (request !== undefined) changeRequests(gateway, request, values);
    for (const section of response) {
      const change = createChanger(changesOf(section, values));
      if (change === undefined) continue;
      const isMeant = section.status === undefined ? () => true : statusTest(section.status);
      gateway.hooks.onResponse.tap((exchange) => {
        const { status, fields } = exchange.response!;
        if (isMeant(status)) change(fields, exchange);
      });
    }
  },
});
