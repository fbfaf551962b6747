import type { Limit } from './memory-store.ts';
import type { Verdict } from './quota.ts';

/**
 * One decision, as MemoryStore.decide takes it, in microseconds of the clock of Redis. ARGV has three words for each
 * key: g, interval and capacity; or s, requests and window. It returns whether the request is admitted, the number of
 * the limit that says so, what remains of it, and microseconds until it is whole and until the request is admitted.
 */
export const decisionScript = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local known, refusing, wait = {}, 0, 0

local function askGcra(i, interval, capacity)
  local arrival = math.max(tonumber(redis.call('GET', KEYS[i]) or 0), now)
  arrival = math.min(arrival, now + capacity)
  known[i] = { arrival = arrival }
  local excess = arrival + interval - now - capacity
  if excess <= math.min(interval / 1000, 1) then return 0 end
  return excess
end

local function askWindow(i, requests, window)
  local index = math.floor(now / window)
  local elapsed = now - index * window
  local stored = redis.call('HMGET', KEYS[i], 'i', 'c', 'b')
  local count, before = 0, 0
  if tonumber(stored[1]) == index + 1 then index, elapsed = index + 1, 0 end -- the clock was set back
  if tonumber(stored[1]) == index then
    count, before = tonumber(stored[2]), tonumber(stored[3])
  elseif tonumber(stored[1]) == index - 1 then
    before = tonumber(stored[2])
  end
  known[i] = { index = index, elapsed = elapsed, count = count, before = before }
  local most = requests - 0.001
  if count + before * (1 - elapsed / window) <= most then return 0 end
  if count <= most then return math.max(1, window * (1 - (most - count) / before) - elapsed) end
  return window - elapsed + window * (1 - most / count)
end

local function chargeGcra(i, interval, capacity)
  local arrival = known[i].arrival + interval
  known[i].arrival = arrival
  redis.call('SET', KEYS[i], string.format('%.2f', arrival), 'PX', math.ceil((arrival - now) / 1000))
end

local function chargeWindow(i, requests, window)
  local state = known[i]
  state.count = state.count + 1
  redis.call('HSET', KEYS[i], 'i', string.format('%.0f', state.index), 'c', state.count, 'b', state.before)
  redis.call('PEXPIRE', KEYS[i], math.ceil(2 * window / 1000))
end

local function leftOfGcra(i, interval, capacity)
  local ahead = known[i].arrival - now
  return math.max(0, math.floor((capacity - ahead + math.min(interval / 1000, 1)) / interval)), ahead
end

local function leftOfWindow(i, requests, window)
  local state = known[i]
  local used = state.count + state.before * (1 - state.elapsed / window)
  local reset = 0
  if state.count > 0 then
    reset = 2 * window - state.elapsed
  elseif state.before > 0 then
    reset = window - state.elapsed
  end
  return math.max(0, math.floor(requests - 0.001 - used) + 1), reset
end

local function each(gcra, window, i)
  local ofLimit = ARGV[i * 3 - 2] == 'g' and gcra or window
  return ofLimit(i, tonumber(ARGV[i * 3 - 1]), tonumber(ARGV[i * 3]))
end

for i = 1, #KEYS do
  local needed = each(askGcra, askWindow, i)
  if needed > wait then refusing, wait = i, needed end
end
if refusing > 0 then
  local _, reset = each(leftOfGcra, leftOfWindow, refusing)
  return { 0, refusing, 0, math.ceil(reset), math.ceil(wait) }
end
local nearest, least, leastReset = 0, math.huge, 0
for i = 1, #KEYS do
  each(chargeGcra, chargeWindow, i)
  local left, reset = each(leftOfGcra, leftOfWindow, i)
  if left < least then nearest, least, leastReset = i, left, reset end
end
return { 1, nearest, least, math.ceil(leastReset), 0 }
`;

/** The words of a limit in ARGV. */
export function wordsOf({ algorithm, requests, windowMs, burst }: Limit): string[] {
  if (algorithm === 'sliding-window') return ['s', String(requests), String(windowMs * 1_000)];
  const interval = (windowMs * 1_000) / requests;
  return ['g', String(interval), String(interval * burst)];
}

/** What stands before the key of a request: limits of the same name and rate share their counts, others do not. */
export function scopeOf({ name, algorithm, requests, windowMs, burst }: Limit): string {
  const rate = algorithm === 'gcra' ? `${requests}/${windowMs}+${burst}` : `${requests}/${windowMs}`;
  return `${name}:${rate}:`;
}

/** Reads the script's answer about these limits. */
export function verdictOf(reply: unknown, limits: readonly Limit[]): Verdict {
  if (!Array.isArray(reply) || reply.length !== 5 || !reply.every((each) => typeof each === 'number')) {
    throw new TypeError('Redis gave no decision');
  }
  const [admitted, number, remaining, resetUs, waitUs] = reply as [number, number, number, number, number];
  return {
    isAdmitted: admitted === 1,
    limit: limits[number - 1]!.name,
    remaining,
    resetMs: resetUs / 1_000,
    retryAfterMs: waitUs / 1_000,
  };
}
