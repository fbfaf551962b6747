import { Agent } from 'node:http';
import { onTestFinished } from 'vitest';
import admin from 'hookway/plugins/admin';
import {
  type FetchedResponse,
  type FetchInit,
  startTestGateway,
  type TestGateway,
  type TestGatewayOptions,
} from 'hookway/testing';
import { fetchFrom } from '../../../core/testing/fetch.ts';

export const token = '5f0c9b21e7a84d36';
export const bearer = { authorization: `Bearer ${token}` };

/** What a problem says. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly problems?: readonly { readonly place: string; readonly message: string }[];
}

export class AdminClient {
  readonly port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(port: number) {
    this.port = port;
    onTestFinished(() => this.#agent.destroy());
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  fetch(path: string, init: FetchInit = {}): Promise<FetchedResponse> {
    return fetchFrom(this.port, path, this.#agent, init);
  }

  async get<T>(path: string): Promise<T> {
    return (await this.fetch(path)).json() as T;
  }

  post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<FetchedResponse> {
    if (body === undefined) return this.fetch(path, { method: 'POST', headers });
    const type = { 'content-type': 'application/json' };
    return this.fetch(path, { method: 'POST', body: JSON.stringify(body), headers: { ...type, ...headers } });
  }
}

/** Where the gateway's admin listens, the last one that it has opened. */
async function clientOf(gateway: TestGateway): Promise<AdminClient> {
  await gateway.waitForLog(({ msg }) => msg === 'admin listening');
  const line = gateway.logLines.findLast(({ msg }) => msg === 'admin listening')!;
  return new AdminClient(line['port'] as number);
}

/** A gateway with the plugin on a free port, until the test is over. */
export async function startWithAdmin(
  settings: Exclude<Parameters<typeof admin>[0], undefined> = {},
  { plugins, ...options }: TestGatewayOptions = {},
): Promise<{ readonly gateway: TestGateway; readonly api: AdminClient }> {
  const gateway = await startTestGateway({ ...options, plugins: [admin({ port: 0, ...settings }), plugins] });
  onTestFinished(() => gateway.close());
  return { gateway, api: await clientOf(gateway) };
}
