import { definePlugin } from '../../core/index.ts';
import { clientSchemeOf } from '../forwarded-headers/tokens.ts';
import { addingMissing, settingAll } from './missing-fields.ts';
import { type Options, options } from './options.ts';
import {
  contentSecurityPolicy,
  frameOptions,
  permissionsPolicy,
  strictTransportSecurity,
} from './policies.ts';

function fieldsOf(given: Options): [string, string][] {
  const frames = given.frames === false ? undefined : given.frames;
  const csp = given.reportOnly ? 'Content-Security-Policy-Report-Only' : 'Content-Security-Policy';
  const fields: [string, string | false | undefined][] = [
    ['X-Content-Type-Options', given.contentTypeOptions && 'nosniff'],
    ['X-Frame-Options', frameOptions(frames)],
    ['Referrer-Policy', given.referrerPolicy],
    ['Permissions-Policy', given.permissionsPolicy && permissionsPolicy(given.permissionsPolicy)],
    [csp, contentSecurityPolicy(given.contentSecurityPolicy, frames)],
  ];
  return fields.filter((field): field is [string, string] => typeof field[1] === 'string');
}

export default definePlugin({
  name: 'security-headers',
  options,
  setup({ hooks }, given) {
    const fields = fieldsOf(given);
    const { hsts } = given;
    const overHttps: [string, string][] =
      hsts === false ? fields : [...fields, ['Strict-Transport-Security', strictTransportSecurity(hsts)]];
    const addition = given.override ? settingAll : addingMissing;
    const addInsecure = addition(fields);
    const addSecure = addition(overHttps);
    hooks.onResponse.tap((exchange) => {
      const { status, fields: sent } = exchange.response!;
      if (status === 101) return;
      const isSecure = clientSchemeOf(exchange) === 'https';
      if (isSecure) addSecure(sent);
      else addInsecure(sent);
    });
  },
});
