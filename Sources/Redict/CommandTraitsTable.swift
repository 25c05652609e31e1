/// What the driver has to know of each command. Written by
/// `Sources/Python/generate/commandtraits.py`.
enum CommandTraitsTable {
  /// Lines in the order of their octets: a name, or a container and its subcommand, and the traits.
  static var lines: StaticString {
    """
    ASKING0
    AUTH0
    BITCOUNT!
    BITFIELD_RO!
    BITPOS!
    BLMOVE"
    BLMPOP"
    BLPOP"
    BRPOP"
    BRPOPLPUSH"
    BZMPOP"
    BZPOPMAX"
    BZPOPMIN"
    CLIENT`
    CLIENT CACHING0
    CLIENT CAPA0
    CLIENT NO-EVICT0
    CLIENT NO-TOUCH0
    CLIENT REPLY@
    CLIENT SETNAME0
    CLIENT TRACKING0
    DBSIZE!
    DISCARD(
    DUMP!
    EVALSHA_RO!
    EVAL_RO!
    EXEC(
    EXISTS!
    EXPIRETIME!
    FCALL_RO!
    GEODIST!
    GEOHASH!
    GEOPOS!
    GEORADIUSBYMEMBER_RO!
    GEORADIUS_RO!
    GEOSEARCH!
    GET!
    GETBIT!
    GETRANGE!
    HELLO@
    HEXISTS!
    HGET!
    HGETALL!
    HKEYS!
    HLEN!
    HMGET!
    HRANDFIELD!
    HSCAN!
    HSTRLEN!
    HVALS!
    KEYS!
    LCS!
    LINDEX!
    LLEN!
    LOLWUT!
    LPOS!
    LRANGE!
    MEMORY`
    MEMORY USAGE!
    MGET!
    MONITOR@
    MULTI$
    OBJECT`
    OBJECT ENCODING!
    OBJECT FREQ!
    OBJECT IDLETIME!
    OBJECT REFCOUNT!
    PEXPIRETIME!
    PFCOUNT!
    PSUBSCRIBE@
    PSYNC@
    PTTL!
    PUNSUBSCRIBE@
    QUIT0
    RANDOMKEY!
    READONLY0
    READWRITE0
    REPLCONF@
    RESET@
    SCAN!
    SCARD!
    SCRIPT`
    SCRIPT DEBUG0
    SDIFF!
    SELECT0
    SINTER!
    SINTERCARD!
    SISMEMBER!
    SMEMBERS!
    SMISMEMBER!
    SORT_RO!
    SRANDMEMBER!
    SSCAN!
    SSUBSCRIBE@
    STRLEN!
    SUBSCRIBE@
    SUBSTR!
    SUNION!
    SUNSUBSCRIBE@
    SYNC@
    TOUCH!
    TTL!
    TYPE!
    UNSUBSCRIBE@
    UNWATCH(
    WAIT"
    WAITAOF"
    WATCH$
    XINFO`
    XINFO CONSUMERS!
    XINFO GROUPS!
    XINFO STREAM!
    XLEN!
    XPENDING!
    XRANGE!
    XREAD#
    XREADGROUP"
    XREVRANGE!
    ZCARD!
    ZCOUNT!
    ZDIFF!
    ZINTER!
    ZINTERCARD!
    ZLEXCOUNT!
    ZMSCORE!
    ZRANDMEMBER!
    ZRANGE!
    ZRANGEBYLEX!
    ZRANGEBYSCORE!
    ZRANK!
    ZREVRANGE!
    ZREVRANGEBYLEX!
    ZREVRANGEBYSCORE!
    ZREVRANK!
    ZSCAN!
    ZSCORE!
    ZUNION!

    """
  }
}
