/// What the driver has to know of each command. Written by
/// `Sources/Python/generate/commandtraits.py`.
enum CommandTraitsTable {
  /// Lines in the order of their octets: a name, or a container and its subcommand, then the traits
  /// and the letter for where its keys are.
  static var lines: StaticString {
    """
    ACL -
    APPEND a
    ASKING0-
    AUTH0-
    BGREWRITEAOF -
    BGSAVE -
    BITCOUNT!A
    BITFIELD a
    BITFIELD_RO!A
    BITOP g
    BITPOS!A
    BLMOVE"f
    BLMPOP"j
    BLPOP"d
    BRPOP"d
    BRPOPLPUSH"f
    BZMPOP"j
    BZPOPMAX"d
    BZPOPMIN"d
    CLIENT`-
    CLIENT CACHING0-
    CLIENT CAPA0-
    CLIENT NO-EVICT0-
    CLIENT NO-TOUCH0-
    CLIENT REPLY@-
    CLIENT SETNAME0-
    CLIENT TRACKING0-
    CLUSTER -
    COMMAND -
    CONFIG -
    COPY f
    DBSIZE!-
    DEBUG -
    DECR a
    DECRBY a
    DEL c
    DISCARD(-
    DUMP!a
    ECHO -
    EVAL j
    EVALSHA j
    EVALSHA_RO!j
    EVAL_RO!j
    EXEC(-
    EXISTS!C
    EXPIRE a
    EXPIREAT a
    EXPIRETIME!a
    FAILOVER -
    FCALL j
    FCALL_RO!j
    FLUSHALL -
    FLUSHDB -
    FUNCTION -
    GEOADD a
    GEODIST!A
    GEOHASH!A
    GEOPOS!A
    GEORADIUS k
    GEORADIUSBYMEMBER k
    GEORADIUSBYMEMBER_RO!A
    GEORADIUS_RO!A
    GEOSEARCH!A
    GEOSEARCHSTORE f
    GET!A
    GETBIT!A
    GETDEL a
    GETEX a
    GETRANGE!A
    GETSET a
    HDEL a
    HELLO@-
    HEXISTS!A
    HGET!A
    HGETALL!A
    HINCRBY a
    HINCRBYFLOAT a
    HKEYS!A
    HLEN!A
    HMGET!A
    HMSET a
    HRANDFIELD!a
    HSCAN!a
    HSET a
    HSETNX a
    HSTRLEN!A
    HVALS!A
    INCR a
    INCRBY a
    INCRBYFLOAT a
    INFO -
    KEYS!-
    LASTSAVE -
    LATENCY -
    LCS!F
    LINDEX!A
    LINSERT a
    LLEN!A
    LMOVE f
    LMPOP i
    LOLWUT!-
    LPOP a
    LPOS!A
    LPUSH a
    LPUSHX a
    LRANGE!A
    LREM a
    LSET a
    LTRIM a
    MEMORY`-
    MEMORY USAGE!b
    MGET!C
    MIGRATE l
    MODULE -
    MONITOR@-
    MOVE a
    MSET e
    MSETNX e
    MULTI$-
    OBJECT`-
    OBJECT ENCODING!b
    OBJECT FREQ!b
    OBJECT IDLETIME!b
    OBJECT REFCOUNT!b
    PERSIST a
    PEXPIRE a
    PEXPIREAT a
    PEXPIRETIME!a
    PFADD a
    PFCOUNT!c
    PFDEBUG b
    PFMERGE c
    PFSELFTEST -
    PING -
    PSETEX a
    PSUBSCRIBE@-
    PSYNC@-
    PTTL!a
    PUBLISH -
    PUBSUB -
    PUNSUBSCRIBE@-
    QUIT0-
    RANDOMKEY!-
    READONLY0-
    READWRITE0-
    RENAME f
    RENAMENX f
    REPLCONF@-
    REPLICAOF -
    RESET@-
    RESTORE a
    RESTORE-ASKING a
    ROLE -
    RPOP a
    RPOPLPUSH f
    RPUSH a
    RPUSHX a
    SADD a
    SAVE -
    SCAN!-
    SCARD!A
    SCRIPT`-
    SCRIPT DEBUG0-
    SDIFF!C
    SDIFFSTORE c
    SELECT0-
    SENTINEL -
    SET a
    SETBIT a
    SETEX a
    SETNX a
    SETRANGE a
    SHUTDOWN -
    SINTER!C
    SINTERCARD!I
    SINTERSTORE c
    SISMEMBER!A
    SLAVEOF -
    SLOWLOG -
    SMEMBERS!A
    SMISMEMBER!A
    SMOVE f
    SORT n
    SORT_RO!n
    SPOP a
    SPUBLISH a
    SRANDMEMBER!a
    SREM a
    SSCAN!a
    SSUBSCRIBE@c
    STRLEN!A
    SUBSCRIBE@-
    SUBSTR!A
    SUNION!C
    SUNIONSTORE c
    SUNSUBSCRIBE@c
    SWAPDB -
    SYNC@-
    TIME -
    TOUCH!c
    TTL!a
    TYPE!A
    UNLINK c
    UNSUBSCRIBE@-
    UNWATCH(-
    WAIT"-
    WAITAOF"-
    WATCH$c
    XACK a
    XADD a
    XAUTOCLAIM a
    XCLAIM a
    XDEL a
    XGROUP`-
    XGROUP CREATE b
    XGROUP CREATECONSUMER b
    XGROUP DELCONSUMER b
    XGROUP DESTROY b
    XGROUP SETID b
    XINFO`-
    XINFO CONSUMERS!b
    XINFO GROUPS!b
    XINFO STREAM!b
    XLEN!A
    XPENDING!a
    XRANGE!A
    XREAD#m
    XREADGROUP"m
    XREVRANGE!A
    XSETID a
    XTRIM a
    ZADD a
    ZCARD!A
    ZCOUNT!A
    ZDIFF!I
    ZDIFFSTORE h
    ZINCRBY a
    ZINTER!I
    ZINTERCARD!I
    ZINTERSTORE h
    ZLEXCOUNT!A
    ZMPOP i
    ZMSCORE!A
    ZPOPMAX a
    ZPOPMIN a
    ZRANDMEMBER!a
    ZRANGE!A
    ZRANGEBYLEX!A
    ZRANGEBYSCORE!A
    ZRANGESTORE f
    ZRANK!A
    ZREM a
    ZREMRANGEBYLEX a
    ZREMRANGEBYRANK a
    ZREMRANGEBYSCORE a
    ZREVRANGE!A
    ZREVRANGEBYLEX!A
    ZREVRANGEBYSCORE!A
    ZREVRANK!A
    ZSCAN!a
    ZSCORE!A
    ZUNION!I
    ZUNIONSTORE h

    """
  }

  /// The same for what a cluster's nodes do together, then the letters for who does it and for what
  /// becomes of their replies.
  static var scattered: StaticString {
    """
    ACL DELUSERna
    ACL SAVEna
    ACL SETUSERna
    CLUSTER SLOT-STATSsc
    CONFIG RESETSTATna
    CONFIG REWRITEna
    CONFIG SETna
    DBSIZEs+
    DELm+
    EXISTSm+
    FLUSHALLsa
    FLUSHDBsa
    FUNCTION DELETEsa
    FUNCTION FLUSHsa
    FUNCTION KILLso
    FUNCTION LOADsa
    FUNCTION RESTOREsa
    KEYSsc
    LATENCY RESETn+
    MEMORY PURGEsa
    MGETmc
    MSETma
    PINGsa
    RANDOMKEYs?
    SCANr-
    SCRIPT EXISTSs&
    SCRIPT FLUSHna
    SCRIPT KILLso
    SCRIPT LOADna
    SLOWLOG GETnc
    SLOWLOG LENn+
    SLOWLOG RESETna
    TOUCHm+
    UNLINKm+
    WAITs<
    WAITAOFs<

    """
  }
}
