-- The load: the plain request, or as many at once as the first argument says; the second is the
-- number of connections, the third the path, where %d is another number in every request. Ends with
-- one line of JSON, because wrk's own report has neither the 99.99th percentile nor plain numbers.

local thread

-- Called outside the thread, as `done` is; `init` runs inside, with globals of its own.
function setup(of)
  thread = of
end

function init(arguments)
  local depth = tonumber(arguments[1])
  connections = tonumber(arguments[2])
  wrk.path = arguments[3]
  if wrk.path:find("%%d") then
    local path = wrk.path
    request = function() return wrk.format("GET", path:format(math.random(100000))) end
  elseif depth > 1 then
    local batch = string.rep(wrk.format("GET"), depth)
    request = function() return batch end
  end
end

-- wrk adds latencies that it never measured, to make up for requests that a stalled response kept
-- it from sending: each value v also counts at v - i, v - 2i, …, where i is the mean time between
-- the requests of a connection. With pipelining it counts a batch's requests but times the batch,
-- so that i is far too small and the percentiles come out meaningless. This takes the additions
-- away again, greatest first, and leaves what was measured: one latency per request or batch.
local function measured(latency, summary)
  local rounds = math.max(1, math.floor(summary.requests / thread:get("connections")))
  local interval = math.max(1, math.floor(summary.duration / rounds))
  local counts, total = {}, 0
  for index = 1, #latency do
    local value, count = latency(index)
    counts[tonumber(value)] = tonumber(count)
  end
  for value = latency.max, 2 * interval, -1 do
    local count = counts[value] or 0
    if count > 0 then
      for added = value - interval, interval + 1, -interval do
        if counts[added] then counts[added] = counts[added] - count end
      end
    end
  end
  for _, count in pairs(counts) do total = total + count end
  return counts, total
end

local function percentile(counts, total, latency, part)
  local rank, seen = math.ceil(total * part), 0
  for value = latency.min, latency.max do
    seen = seen + (counts[value] or 0)
    if seen >= rank then return value end
  end
  return latency.max
end

function done(summary, latency, requests)
  local errors = summary.errors
  local counts, total = measured(latency, summary)
  io.write(string.format(
    '{"requests":%d,"microseconds":%d,"timed":%d,"p50":%d,"p99":%d,"p9999":%d,' ..
    '"socket_errors":%d,"status_errors":%d}\n',
    summary.requests, summary.duration, total, percentile(counts, total, latency, 0.5),
    percentile(counts, total, latency, 0.99), percentile(counts, total, latency, 0.9999),
    errors.connect + errors.read + errors.write + errors.timeout, errors.status))
end
