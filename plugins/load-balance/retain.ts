/** Gives a value of one upstream by its key: the same in every configuration that asks for it, made by the first. */
export type Retain = <T>(key: string, create: () => T) => T;

export const retainNothing: Retain = (_key, create) => create();

/** A retained value for each backend, by its name: those that other configurations have are left to them. */
export function retainForEach<B extends { readonly name: string }, T>(
  backends: readonly B[],
  retain: Retain,
  key: string,
  create: () => T,
): Map<B, T> {
  return new Map(
    backends.map((backend) => [backend, retain(JSON.stringify([key, backend.name]), create)] as const),
  );
}
