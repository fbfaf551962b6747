import { configurationTarget } from './configuration-target.ts';
import { fieldTargets } from './field-targets.ts';
import { messageTargets } from './message-targets.ts';
import type { Target } from './target.ts';

/** Everything of strangers that is read. */
export const targets: readonly Target[] = [...messageTargets, ...fieldTargets, configurationTarget];
