import { configurationJsonSchema } from '../config/index.ts';
import { print } from './print.ts';

/** `hookway schema`: prints the JSON Schema of configuration files, for editors. */
export async function schema(): Promise<number> {
  await print(JSON.stringify(await configurationJsonSchema(), undefined, 2));
  return 0;
}
