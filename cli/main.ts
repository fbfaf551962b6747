#!/usr/bin/env node
import { Command, Option } from 'commander';
import { logLevels, version } from '../core/index.ts';
import { check } from './check.ts';
import { absoluteUrl, collectField, explain, ipAddress, methodName, wholeNumber } from './explain.ts';
import { pipeline } from './pipeline.ts';
import { printFailure, printUsageError } from './print.ts';
import { reload } from './reload.ts';
import { run } from './run.ts';
import { schema } from './schema.ts';

const configOption = [
  '-c, --config <file>',
  'configuration to load (default: proxy.config.* in this folder)',
] as const;
const logLevelOption = new Option('--log-level <level>', "instead of the configuration's").choices(logLevels);

const examples = `
Examples:
  hookway                                 serve the proxy.config.* of this folder
  hookway --config gateway.yaml           serve this one
  hookway check --config gateway.yaml     only report what is wrong with it
  hookway reload --config gateway.yaml    have the gateway that serves it load it anew
  hookway explain GET http://localhost/a  what would become of this request
`;

/** Ends the process with the command's exit code: whatever a configuration left open must not keep it alive. */
function exitWith<Arguments extends unknown[]>(
  command: (...input: Arguments) => Promise<number>,
): (...input: Arguments) => Promise<void> {
  return async (...input) => {
    const code = await command(...input).catch((error: unknown) => {
      printFailure(error);
      return 1;
    });
    process.exit(code);
  };
}

function refuseArguments(_program: Command, command: Command): void {
  const unknown = command.args[command.registeredArguments.length];
  if (unknown !== undefined) command.error(`unknown command ${JSON.stringify(unknown)}, see hookway --help`);
}

const program = new Command('hookway')
  .description('A programmable HTTP gateway.')
  .version(version, '-V, --version')
  .configureOutput({ outputError: printUsageError })
  .addHelpText('after', examples)
  .allowExcessArguments()
  .hook('preAction', refuseArguments);

program
  .command('run', { isDefault: true })
  .description('serve a configuration until a signal; the default command')
  .option(...configOption)
  .addOption(logLevelOption)
  .option('--no-watch', 'do not reload when a file of the configuration changes')
  .action(exitWith(run));
program
  .command('reload')
  .description('have the running gateway load its configuration anew')
  .option(...configOption)
  .action(exitWith(reload));
program
  .command('check')
  .description('report everything that is wrong with a configuration')
  .option(...configOption)
  .action(exitWith(check));
program
  .command('pipeline')
  .description('print for each hook which plugins run, in order')
  .option(...configOption)
  .action(exitWith(pipeline));
program
  .command('explain')
  .description(
    'say what a request would meet with: route, plugins and what they do, what is sent; nothing is sent',
  )
  .argument('<method>', 'such as GET', methodName)
  .argument('<url>', 'absolute; with https the connection counts as encrypted', absoluteUrl)
  .option(...configOption)
  .addOption(
    new Option('-H, --header <field>', '"name: value"; may be repeated')
      .argParser(collectField)
      .default([], 'none'),
  )
  .option('-d, --data <text>', 'body of the request')
  .option('--client <address>', 'where the request comes from (default: 127.0.0.1)', ipAddress)
  .option('--response <status>', 'let backends answer with this status', wholeNumber(200, 599))
  .option('--wait <ms>', 'wait so long for plugins that wait (default: 2000)', wholeNumber(1, 600_000))
  .option('--json', 'print JSON')
  .action(exitWith(explain));
program
  .command('schema')
  .description('print the JSON Schema of configurations, for editors')
  .action(exitWith(schema));

await program.parseAsync();
