-- The flows of flows.ts that are the same request over and over, as wrk sends them. It is told: the name of the flow, the folder of
-- the sample, the number of customers and of articles, a prefix for order numbers that nobody else uses, a seed, and the number
-- of connections.

local ffi = require 'ffi'

local function numbers_in(path)
  local file = assert(io.open(path, 'rb'))
  local bytes = file:read('*a')
  file:close()
  local numbers = ffi.new('double[?]', #bytes / 8)
  ffi.copy(numbers, bytes, #bytes)
  return numbers, #bytes / 8
end

local function lines_in(path)
  local lines = {}
  for line in io.lines(path) do lines[#lines + 1] = line end
  return lines
end

local function get(path)
  return 'GET ' .. path .. ' HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'
end

local LISTED_STATES = { '', '&state=DELIVERED', '&state=PAID', '&state=SHIPPED', '&created_from=2020-01-01T00:00:00Z' }

local function flows(folder, customers, articles, prefix)
  local ids, count
  local items
  local made = 0

  local function of_an_order(rest)
    if not ids then ids, count = numbers_in(folder .. '/order-ids') end
    return get(string.format('/v1/orders/%d%s', ids[math.random(0, count - 1)], rest))
  end

  local function create(is_keyed)
    items = items or lines_in(folder .. '/articles')
    made = made + 1
    local number = prefix .. made
    local customer = 'customer-' .. math.random(0, customers - 1)
    local body = string.format(
      '{"order_number":"%s","customer_id":"%s","customer_email":"%s@example.com","items":[%s,%s,%s]}',
      number, customer, customer, items[math.random(#items)], items[math.random(#items)], items[math.random(#items)])
    local key = is_keyed and 'Idempotency-Key: ' .. number .. '\r\n' or ''
    return string.format(
      'POST /v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s',
      key, #body, body)
  end

  return {
    read = function() return of_an_order('') end,
    timeline = function() return of_an_order('/transitions') end,
    list = function() return get('/v1/orders?limit=50' .. LISTED_STATES[math.random(#LISTED_STATES)]) end,
    customer = function() return get('/v1/orders?customer_id=customer-' .. math.random(0, customers - 1)) end,
    sku = function() return get(string.format('/v1/orders?sku=SKU-%05d', math.random(0, articles - 1))) end,
    create = function() return create(false) end,
    ['create-keyed'] = function() return create(true) end,
  }
end

-- What has sent has variables of its own: there is one thread, and `done` asks it.
local sender

function setup(thread)
  sender = thread
end

function init(args)
  local flow, folder, customers, articles, prefix = args[1], args[2], tonumber(args[3]), tonumber(args[4]), args[5]
  math.randomseed(tonumber(args[6]))
  connections = tonumber(args[7])
  request = assert(flows(folder, customers, articles, prefix)[flow], 'no such flow: ' .. flow)
  -- What it reads is read before the clock runs.
  request()
end

-- How often each latency was measured, and the latencies, ascending. wrk adds to them before it tells: for one of n times the usual
-- interval of a connection, those of n - 1, n - 2 and so on that requests would have had which a client without patience had sent
-- meanwhile (stats_correct in its stats.c). A connection here sends its next request when it has its answer, and the other flows'
-- latencies are as measured: so what was added is taken away, from the longest down, which was added to by none.
local function measured(latency, summary, connections)
  local counts, values = {}, {}
  for index = 1, #latency do
    local value, count = latency(index)
    counts[value], values[index] = count, value
  end
  local interval = math.floor(summary.duration / math.floor(summary.requests / connections))
  local total = 0
  for index = #values, 1, -1 do
    local value = values[index]
    local count = counts[value]
    total = total + count
    for added = value - interval, interval + 1, -interval do counts[added] = counts[added] - count end
  end
  assert(total == summary.requests, string.format('%d latencies of %d requests', total, summary.requests))
  return counts, values
end

local function percentile(counts, values, total, percent)
  local rank = math.floor(percent / 100 * total + 0.5)
  local passed = 0
  for _, value in ipairs(values) do
    passed = passed + counts[value]
    if passed >= rank then return value / 1e3 end
  end
  return 0
end

-- Latencies and the duration are in microseconds.
function done(summary, latency)
  local errors = summary.errors
  local counts, values = measured(latency, summary, sender:get('connections'))
  local function at(percent) return percentile(counts, values, summary.requests, percent) end
  print(string.format(
    'found: {"durationSeconds":%.6f,"requests":%d,"errors":%d,"p50Ms":%.3f,"p99Ms":%.3f,"p999Ms":%.3f,"maxMs":%.3f,"loadCpuSeconds":%.3f}',
    summary.duration / 1e6, summary.requests,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    at(50), at(99), at(99.9), latency.max / 1e3, os.clock()))
end
