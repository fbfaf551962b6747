import { definePlugin, type DownstreamConnection, type ServerCertificate } from 'hookway';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from 'hookway/testing';
import { Authority, type IssuedFiles } from '../../support/authority.ts';
import { temporaryFolder } from '../peers.ts';
import { certificates } from './certificates.ts';

export interface Started {
  readonly gateway: TestGateway;
  /** The connection of each request, in order. */
  readonly connections: readonly DownstreamConnection[];
}

export const of = (...issued: IssuedFiles[]): ServerCertificate => ({ chains: issued });

/** Starts a gateway whose listener speaks TLS with these certificates, and keeps the connections of requests. */
export async function startRecording(
  given: Readonly<Record<string, ServerCertificate>>,
  options: TestGatewayOptions = {},
): Promise<Started> {
  const connections: DownstreamConnection[] = [];
  const recorder = definePlugin({
    name: 'recorder',
    setup: ({ hooks }) => {
      hooks.onRequest.tap(({ connection }) => void connections.push(connection));
    },
  });
  const plugins = [options.plugins, certificates(() => given), recorder()];
  return { gateway: await startTestGateway({ tls: true, ...options, plugins }), connections };
}

/** The same with a certificate for app.test, of an authority of its own. */
export async function startForApp(
  options: TestGatewayOptions = {},
): Promise<Started & { readonly authority: Authority }> {
  const authority = new Authority(temporaryFolder());
  return { ...(await startRecording({ 'app.test': of(authority.issue('app.test')) }, options)), authority };
}

/** Arguments for curl that ask this host of the gateway. */
export const to = (host: string, { port }: TestGateway): string[] => [
  '--resolve',
  `${host}:${port}:127.0.0.1`,
  `https://${host}:${port}/`,
];
