-- POST /bind with a name of its own for every request.
local number = 0
function request()
  number = number + 1
  return wrk.format("POST", "/bind", {["Content-Type"] = "application/json"},
    string.format('{"name": "soul:%d", "soul": "restless"}', number % 1000))
end
function done(summary, latency, requests)
  local errors = summary.errors
  print(string.format('{"requests": %d, "microseconds": %d, "p99": %d, "errors": %d}',
    summary.requests, summary.duration, latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.timeout + errors.status))
end
