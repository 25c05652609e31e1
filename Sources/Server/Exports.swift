// What an application's signatures and handlers speak of, so that it imports NecroServer alone.
@_exported import NecroHTTP1
@_exported import NecroHTTPSemantics
@_exported import NecroOctets
@_exported import NecroReactor
@_exported import NecroRouter
@_exported import NecroTLS
