// swift-tools-version: 6.2
import PackageDescription

// How fast the JSON codec is, beside simdjson and RapidJSON. `make bench-json` runs it.
//
// The peers are compiled before, with g++: clang refuses a member of Debian's RapidJSON.
let peers = Context.environment["NECRO_PEERS"] ?? "."

let package = Package(
  name: "json-codec",
  dependencies: [.package(name: "necro", path: "../../..")],
  targets: [
    .target(
      name: "CPeers", path: "CPeers",
      linkerSettings: [
        .unsafeFlags(["-L\(peers)", "-Xlinker", "-rpath=\(peers)"]),
        .linkedLibrary("necro-json-peers"),
      ]),
    .executableTarget(
      name: "json-codec",
      dependencies: ["CPeers", .product(name: "NecroJSON", package: "necro")],
      path: ".", exclude: ["CPeers", "peers"], sources: ["main.swift", "Documents.swift"]),
  ]
)
