// A server without Python: an Application in Swift on NecroServer.
//
//     swift run --package-path Examples/swift-hello swift-hello 127.0.0.1:8080
//     curl -s localhost:8080/ ; curl -s localhost:8080/summon/lich

import Glibc
import NecroServer

/// Answers two routes at once, without a suspension.
final class Hello: Application {
  enum Route: Int {
    case root, summon
  }

  func respond(to exchange: Exchange) -> Outcome {
    do throws(ResponseMisuse) {
      switch Route(rawValue: exchange.route) {
      case .summon:
        var name = OctetBuffer()
        exchange.octets(exchange.head.path) { path in
          name.append(path.octets(exchange.captures[0]))
        }
        var text = OctetBuffer()
        text.append("arise, ")
        text.append(name.octets)
        text.append("\n")
        try exchange.respond(.ok, contentType: "text/plain; charset=utf-8", content: text.octets)
      case .root, nil:
        let text: StaticString = "{\"data\":\"the dead rise\"}"
        try exchange.respond(.ok, contentType: "application/json", content: text.octets)
      }
    } catch {
      exchange.restartResponse()
      exchange.respondWithProblem(.internalServerError)
    }
    return .responded
  }
}

let text = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : "127.0.0.1:8080"
do {
  let address = try BindAddress.parse(Array(text.utf8).span)
  let workers = try (0..<2).map { _ in
    let worker = try Worker(application: Hello())
    try worker.add(("/" as StaticString).octets, methods: .get, route: Hello.Route.root.rawValue)
    try worker.add(
      ("/summon/{name}" as StaticString).octets, methods: .get, route: Hello.Route.summon.rawValue)
    return worker
  }
  try WorkerGroup.run(at: [address], workers: workers) { addresses in
    var urls = OctetBuffer()
    for address in addresses { address.url(scheme: "http", into: &urls) }
    print("serving on \(String(decoding: (0..<urls.count).map { urls.octets[$0] }, as: UTF8.self))")
    // Whoever waits for this line on a pipe gets it now.
    fflush(nil)
  }
} catch {
  print("swift-hello: \(error)")
}
