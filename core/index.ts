// The public face of the core, and the only file of it that plugins may import.
export {
  ConfigurationError,
  type ConfigurationProblem,
  type ErrorCode,
  type Fault,
  errorKinds,
  GatewayError,
} from './errors.ts';
export { type FileStates, FileWatch, statesOf } from './files/watch.ts';
export { bounds, type Limits, upstreamBounds, type UpstreamLimits } from './limits.ts';
export { type Logger, type LogLevel, logLevels, type LogSettings } from './log/logger.ts';
export {
  type Address,
  compareAddresses,
  formatAddress,
  networkOf,
  parseAddress,
} from './message/address.ts';
export { type AddressBlock, parseAddressBlocks } from './message/address-block.ts';
export { equalsIgnoreCase, forEachListMember, isFieldValue, isToken, listHas } from './message/characters.ts';
export { type Authority, parseAuthority } from './message/authority.ts';
export { cookieOf, cookiesOf } from './message/cookie.ts';
export { FieldBlock, type FieldsInit } from './message/field-block.ts';
export { FieldList, type ReadonlyFieldList } from './message/field-list.ts';
export { readIPv4 } from './message/ipv4.ts';
export { isIdempotent, isSafe } from './message/method.ts';
export { ownText } from './message/own-text.ts';
export { remember } from './message/remember.ts';
export { closest, hint } from './message/did-you-mean.ts';
export { isFieldName } from './message/settable-fields.ts';
export { checkPath } from './message/target.ts';
export { joinParts, parseTemplate, type TemplatePart } from './message/template.ts';
export type {
  AttemptRecord,
  BackendFailure,
  BackendResponse,
  ConnectionTls,
  DownstreamConnection,
  Exchange,
  ExchangeTimeouts,
  InboundRequest,
  Outcome,
  OutboundRequest,
  Phase,
  ResponseDraft,
  RouteInfo,
  Timings,
} from './pipeline/exchange.ts';
export { type HookName, hookNames } from './pipeline/hooks.ts';
export { type Cell, type Instrument, type InstrumentOptions, Instruments } from './pipeline/instruments.ts';
export {
  type LocalResponse,
  type ProblemDetails,
  type Refusal,
  refuse,
  respond,
  retry,
  type RetryDecision,
} from './pipeline/local-response.ts';
export type { MessageBody } from './pipeline/message-body.ts';
export {
  definePlugin,
  flattenPlugins,
  named,
  only,
  type PluginDefinition,
  type PluginEntry,
  type PluginFactory,
  type PluginHost,
  type PluginList,
  type PluginScope,
} from './pipeline/plugin.ts';
export { type AsyncTap, type PluginHooks, Stage, type SyncTap, type TapOptions } from './pipeline/taps.ts';
export type { RouteCondition, RouteVerdict } from './pipeline/route-verdict.ts';
export { Service, Slot } from './pipeline/tokens.ts';
export type { ExchangeTrail, TrailEffect, TrailStep } from './pipeline/trail.ts';
export { isUntried, untried } from './pipeline/untried.ts';
export { CertificateSource, type ServerCertificate } from './server/certificates.ts';
export type {
  BackendConfig,
  GatewayConfig,
  ListenerConfig,
  ListenerTlsConfig,
  RouteConfig,
  TextMatch,
  UpstreamConfig,
  UpstreamTlsConfig,
} from './server/configuration.ts';
export type { BackendOverride } from './server/backend-overrides.ts';
export { Control, type GatewayControl, type ReloadRecord } from './server/control.ts';
export { explainRequest, type ExplainOptions } from './server/dry-run/explain.ts';
export type { Explanation, FinalAnswer, SentRequest } from './server/dry-run/explanation.ts';
export {
  checkConfiguration,
  type CloseOptions,
  createGateway,
  type Gateway,
  type GatewayOptions,
  type PipelineListing,
} from './server/gateway.ts';
export type { Backend } from './upstream/backend.ts';
export type { Upstream } from './upstream/upstream.ts';
export { version } from './version.ts';
