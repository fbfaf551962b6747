-- wrk's own text output rounds; this prints the exact numbers as one line of JSON.
-- Arguments: method, body file ("-" for none), mean pause before a request in milliseconds (0 for none).

function init(args)
  wrk.method = args[1] or 'GET'
  if args[2] and args[2] ~= '-' then
    local file = assert(io.open(args[2], 'rb'))
    wrk.body = file:read('*a')
    file:close()
    wrk.headers['Content-Type'] = 'application/json'
  end
  local pause = tonumber(args[3])
  if pause > 0 then delay = pauses(pause) end
end

-- Exponentially distributed, in whole milliseconds.
function pauses(mean)
  return function()
    return math.floor(-mean * math.log(1 - math.random()) + math.random())
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"bytes":%d,"durationMicroseconds":%d,"p50Microseconds":%d,"p99Microseconds":%d,' ..
    '"badStatuses":%d,"connectErrors":%d,"readErrors":%d,"writeErrors":%d,"timeouts":%d}\n',
    summary.requests, summary.bytes, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect, errors.read, errors.write, errors.timeout))
end
