// swift-tools-version: 6.2
import PackageDescription

// How long the HTTP/1 codec takes for one request and one response. `make bench-http1` runs it twice:
// as ordinary Swift, and with NECRO_EMBEDDED=1 as Embedded Swift, as the codec ships.
let isEmbedded = Context.environment["NECRO_EMBEDDED"] == "1"

let package = Package(
  name: "http1-codec",
  dependencies: [.package(name: "necro", path: "../..")],
  targets: [
    .target(name: "CClock", path: "CClock"),
    .executableTarget(
      name: "http1-codec",
      dependencies: ["CClock", .product(name: "NecroHTTP1", package: "necro")],
      path: ".", exclude: ["CClock"], sources: ["main.swift", "Requests.swift"],
      swiftSettings: isEmbedded
        ? [.enableExperimentalFeature("Embedded"), .unsafeFlags(["-wmo"])] : []),
  ]
)
