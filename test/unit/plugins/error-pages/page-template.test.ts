import fc from 'fast-check';
import { expect, test } from 'vitest';
import { htmlPage, jsonPage, type PageFacts } from '../../../../plugins/error-pages/page-template.ts';

const facts: PageFacts = {
  status: 503,
  reason: 'Service Unavailable',
  id: 'abc-1',
  host: 'a.example',
  path: "/x\"><script>alert('1')</script>&amp;",
  method: 'GET',
};

test('what is inserted into HTML is text', () => {
  expect(htmlPage('<p title="{path}">{status} {reason}, {method} {host} ({request-id})')(facts)).toBe(
    '<p title="/x&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;">' +
      '503 Service Unavailable, GET a.example (abc-1)',
  );
});

test.each([
  '',
  'a{color:red}',
  '{',
  '}',
  '{}',
  '{{',
  '{unknown}',
  '{ status }',
  '<script>f({host:1})</script>',
])('%j stays as it is', (template) => {
  expect(htmlPage(template)(facts)).toBe(template);
});

test('JSON is JSON, whatever is inserted', () => {
  const write = jsonPage({
    error: { code: '{status}', text: '{status}: "{path}"' },
    list: [1, null, '{method}'],
  });
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (path) => {
      expect(JSON.parse(write({ ...facts, path }))).toEqual({
        error: { code: 503, text: `503: "${path}"` },
        list: [1, null, 'GET'],
      });
    }),
  );
});

test('any JSON value without names comes out as it went in', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      fc.pre(!JSON.stringify(value).includes('{status}'));
      expect(JSON.parse(jsonPage(value)(facts))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('nothing that is inserted into HTML opens a tag or ends a value', () => {
  const write = htmlPage('{path}');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (path) => {
      expect(write({ ...facts, path })).not.toMatch(/[<>"']/);
    }),
  );
});
