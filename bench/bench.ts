import { writeFileSync } from 'node:fs';
import { parseArguments } from './arguments.ts';
import { describeMachine } from './machine.ts';
import { findProgram } from './processes.ts';
import { selectQuestions } from './questions/index.ts';
import { formatReport, type Report } from './report.ts';
import { checkPeerNames, openSession } from './session.ts';

/** Runs the questions asked for, prints a table for each and the targets at the end; false when a row was refused. */
export async function runBench(argv: readonly string[]): Promise<boolean> {
  const options = parseArguments(argv);
  const questions = selectQuestions(options.questions);
  checkPeerNames(options.peers);
  const machine = describeMachine();
  checkMachine(machine.cores);
  console.log(
    Object.entries(machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
  );
  const session = await openSession(options);
  const reports: Report[] = [];
  try {
    for (const question of questions) {
      for (const report of await question.run(session)) {
        console.log(formatReport(report));
        reports.push(report);
      }
    }
  } finally {
    await session.close();
  }
  printVerdicts(reports);
  if (options.jsonFile !== undefined) writeJson(options.jsonFile, { machine, options, reports });
  return reports.every(({ hasRefusals }) => !hasRefusals);
}

function checkMachine(cores: number): void {
  if (process.platform !== 'linux') throw new Error('the bench reads /proc and uses taskset: it needs Linux');
  if (cores < 2) throw new Error('the bench needs two cores, one for the proxy and one for load and origin');
  const missing = ['nginx', 'wrk', 'taskset'].filter((program) => findProgram(program) === undefined);
  if (missing.length > 0)
    throw new Error(`not installed: ${missing.join(', ')} (apt-get install nginx-light wrk)`);
}

function printVerdicts(reports: readonly Report[]): void {
  const lines = reports.flatMap(({ verdicts }) => verdicts.map(({ line }) => line));
  if (lines.length > 0) console.log(`\ntargets\n${lines.map((line) => `  ${line}`).join('\n')}`);
}

function writeJson(file: string, content: object): void {
  writeFileSync(file, `${JSON.stringify({ takenAt: new Date().toISOString(), ...content }, undefined, 2)}\n`);
}
