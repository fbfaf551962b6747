// The public entry "hookway/testing": what tests of plugins and of gateways need.
export type { LogLine } from './captured-log.ts';
export { FakeClock } from './fake-clock.ts';
export type { FetchedResponse, FetchInit } from './fetch.ts';
export type { WireFields } from './message-reader.ts';
export type { OriginAnswer } from './origin-answer.ts';
export type { OriginConnection, OriginRequest } from './origin-connection.ts';
export { type Origin, type OriginOptions, type OriginScript, startOrigin, unusedPort } from './origin.ts';
export { RawClient, type RawResponse, type ReadOptions } from './raw-client.ts';
export { startTestGateway, type TestGateway, type TestGatewayOptions } from './test-gateway.ts';
