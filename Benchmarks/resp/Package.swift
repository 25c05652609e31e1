// swift-tools-version: 6.2
import PackageDescription

// How long the RESP codec and hiredis' reader take for the same replies. `make bench-resp` runs it
// twice: as ordinary Swift, and with NECRO_EMBEDDED=1 as Embedded Swift, as the codec ships.
let isEmbedded = Context.environment["NECRO_EMBEDDED"] == "1"

let package = Package(
  name: "resp-codec",
  dependencies: [.package(name: "necro", path: "../..")],
  targets: [
    .target(
      name: "CHiredisReader", path: "CHiredisReader",
      linkerSettings: [.linkedLibrary("hiredis")]),
    .executableTarget(
      name: "resp-codec",
      dependencies: ["CHiredisReader", .product(name: "NecroRESP", package: "necro")],
      path: ".", exclude: ["CHiredisReader"], sources: ["main.swift", "Replies.swift"],
      swiftSettings: [.enableExperimentalFeature("Lifetimes")]
        + (isEmbedded
          ? [.enableExperimentalFeature("Embedded"), .unsafeFlags(["-wmo"])] : [])),
  ]
)
