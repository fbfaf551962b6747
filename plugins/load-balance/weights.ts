import type { Backend } from '../../core/index.ts';

/** What is needed of a backend to give it its share. */
export type Weighted = Pick<Backend, 'name' | 'weight'>;

/** What is needed of a backend to see how busy it is. */
export type Loaded = Weighted & { readonly activeAttempts: number };

/** The share of a backend at this moment, in proportion to those of the others. */
export type WeightOf<B> = (backend: B) => number;

/** The weight of the configuration. */
export const ownWeight: WeightOf<Weighted> = ({ weight }) => weight;

/** Numbers from 0 to just below 1. */
export type Random = () => number;
