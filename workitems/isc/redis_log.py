"""The calls of all processes on all machines, in Redis."""

import json
from collections.abc import Callable
from dataclasses import astuple
from hashlib import sha1
from typing import Any, Final

from pyrate_limiter import RateItem, RedisBucket
from pyrate_limiter.buckets.redis_bucket import LuaScript
from redis.exceptions import NoScriptError

from workitems.isc.budget import MemoryLog, Pause, Purpose, milliseconds, rate, verdict
from workitems.isc.redis_link import RedisAway, RedisLink

UNLIMITED: Final = 1_000_000_000
PROMISES_KEPT: Final = 3600  # seconds after the last one
PAUSE_KEPT: Final = 7200  # seconds: ISC may ask for an hour, and a lost share takes 15 minutes

# The bucket's script, with three things around it. Two clocks differ by some milliseconds, and the
# bucket would overlook a call that is later than its own `now`: no call is earlier than the one
# before. Calls from beyond the window are of a clock that was wrong. Old calls go.
PUT: Final = f"""
local now, start = tonumber(ARGV[1]), tonumber(ARGV[5])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[5])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', 2 * now - start), '+inf')
local newest = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
if newest[2] and tonumber(newest[2]) > now then ARGV[1] = newest[2] end
local function put()
{LuaScript.PUT_ITEM}
end
local answer = put()
redis.call('PEXPIRE', KEYS[1], 2 * (now - start))
return answer
"""
PUT_NAME: Final = sha1(PUT.encode(), usedforsecurity=False).hexdigest()  # Redis' own name for it
PROMISE: Final = """
local moment, kept = tonumber(ARGV[1]), redis.call('GET', KEYS[1])
if kept then moment = math.max(moment, tonumber(kept) + tonumber(ARGV[2])) end
local text = string.format('%.6f', moment)
redis.call('SET', KEYS[1], text, 'EX', ARGV[3])
return text
"""


class RedisLog:
    """A `CallLog` of all who share `link`. Its times are of `link.clock`.

    Every call of this process is in its own log too: without Redis it goes on with its part of the
    budget, of which it has used what it has used.
    """

    def __init__(self, link: RedisLink) -> None:
        self._link, self._alone = link, MemoryLog()
        self._calls, self._pause = link.key("calls"), link.key("pause")
        self.clock, self._has_counted = link.clock, False
        link.check(self._look)

    def put(self, purpose: Purpose, most: int, now: float) -> float:
        if self._link.is_settling:  # Redis does not know all of the last ten seconds
            return self._put_alone(purpose, most, now)
        try:
            wait = self._link.ask(lambda redis: self._put(redis, purpose, most, now))
        except RedisAway:
            return self._put_alone(purpose, most, now)
        self._has_counted = True
        if not wait:
            self._alone.put(purpose, UNLIMITED, now)
        return wait

    def promise(self, name: str, earliest: float, gap: float) -> float:
        key, values = self._link.key("promise", name), (earliest, gap, PROMISES_KEPT)
        try:
            moment = float(self._link.ask(lambda redis: redis.eval(PROMISE, 1, key, *values)))
        except RedisAway:
            return self._alone.promise(name, earliest, gap * self._link.processes)
        return self._alone.promise(name, moment, 0.0)

    def pause(self) -> Pause:
        try:
            pause = self._link.ask(self._read)
        except RedisAway:
            return self._alone.pause()
        return self._alone.change_pause(lambda own: _later(own, pause))

    def change_pause(self, change: Callable[[Pause], Pause]) -> Pause:
        own = self._alone.pause()

        def turn(pipe: Any) -> Pause:
            changed = change(_later(own, self._read(pipe)))
            pipe.multi()
            pipe.set(self._pause, json.dumps(astuple(changed)), ex=PAUSE_KEPT)
            return changed

        try:
            changed = self._link.ask(
                lambda redis: redis.transaction(turn, self._pause, value_from_callable=True)
            )
        except RedisAway:
            return self._alone.change_pause(change)
        return self._alone.change_pause(lambda own: _later(own, changed))

    def _put(self, redis: Any, purpose: Purpose, most: int, now: float) -> float:
        """A bucket of its own for each call: its limit and its last answer are of the bucket."""
        bucket = RedisBucket([rate(most)], redis, self._calls, PUT_NAME)
        item = RateItem(purpose, milliseconds(now))
        try:
            return verdict(bucket.put_decision(item))
        except NoScriptError:
            redis.script_load(PUT)
            if self._has_counted and not redis.exists(self._calls):
                self._link.has_forgotten()
            return verdict(bucket.put_decision(item))

    def _look(self, redis: Any) -> None:
        """Every key of ours, if only to find one that holds something else."""
        redis.zcard(self._calls)
        redis.get(self._pause)
        for name in Purpose:
            redis.get(self._link.key("promise", name))

    def _put_alone(self, purpose: Purpose, most: int, now: float) -> float:
        part = max(1, most // self._link.processes)
        if wait := self._alone.put(purpose, part, now):
            return wait
        try:  # so that Redis knows all of them once it is settled
            self._link.ask(lambda redis: self._put(redis, purpose, UNLIMITED, now))
        except RedisAway:
            return 0.0
        return 0.0

    def _read(self, redis: Any) -> Pause:
        try:
            until, kept, kept_at, repeated = map(float, json.loads(redis.get(self._pause) or "[]"))
        except (ValueError, TypeError):  # nothing, or not ours
            return Pause()
        return Pause(until, kept, kept_at, int(repeated))


def _later(one: Pause, other: Pause) -> Pause:
    """A pause that this process knows of outlives a Redis that was emptied."""
    return one if one.until > other.until else other
