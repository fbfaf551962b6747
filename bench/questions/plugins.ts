import { compareUnderLoad } from '../comparison.ts';
import { originPaths, smallAnswer } from '../origin.ts';
import { hookway } from '../peers/hookway.ts';
import { measuredPlugins } from '../peers/hookway-plugins.ts';
import { nginxLua } from '../peers/nginx-lua.ts';
import { nginx } from '../peers/nginx.ts';
import { inDefaultVariant, type Question } from './question.ts';

const load = { path: originPaths.small, answerBytes: smallAnswer.length };
const bare = { label: 'no plugins', peer: hookway, variant: 'bare' } as const;

/** What does a pipeline of seven cost? */
export const plugins: Question = {
  name: 'plugins',
  run: async (session) => [
    await compareUnderLoad(session, {
      question: 'plugins',
      title: `GET, answer of ${smallAnswer.length} bytes, seven plugins`,
      load,
      entrants: [
        bare,
        { label: 'seven plugins', peer: hookway, variant: 'seven' },
        { label: 'nginx with Lua', peer: nginxLua, variant: 'seven' },
        ...inDefaultVariant([nginx]),
      ],
      targets: [
        { subject: 'seven plugins', versus: 'no plugins', atMost: 1.5 },
        { subject: 'seven plugins', versus: 'nginx with Lua', atMost: 1 },
      ],
    }),
  ],
};

/** What does each plugin cost alone? */
export const eachPlugin: Question = {
  name: 'each-plugin',
  run: async (session) => [
    await compareUnderLoad(session, {
      question: 'each-plugin',
      title: `GET, answer of ${smallAnswer.length} bytes, one plugin each`,
      load,
      entrants: [
        bare,
        ...Object.keys(measuredPlugins).map(
          (name) => ({ label: name, peer: hookway, variant: `plugin:${name}` }) as const,
        ),
        ...inDefaultVariant([nginx]),
      ],
      targets: [],
    }),
  ],
};
