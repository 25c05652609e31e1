// swift-tools-version: 6.2
import PackageDescription

// Commands per second of the client's processor time: the Redict driver alone beside hiredis in C, each
// with so many commands in flight. `make bench-redict` starts a private server for it, and builds the
// driver as it ships, in Embedded Swift.
let isEmbedded = Context.environment["NECRO_EMBEDDED"] == "1"

let package = Package(
  name: "redict-driver",
  dependencies: [.package(name: "necro", path: "../..")],
  targets: [
    .target(
      name: "CHiredisClient", path: "CHiredisClient",
      linkerSettings: [.linkedLibrary("hiredis")]),
    .executableTarget(
      name: "redict-driver",
      dependencies: ["CHiredisClient", .product(name: "NecroRedict", package: "necro")],
      path: ".", exclude: ["CHiredisClient", "driver.py"], sources: ["main.swift"],
      swiftSettings: [.enableExperimentalFeature("Lifetimes")]
        + (isEmbedded
          ? [
            .enableExperimentalFeature("Embedded"),
            .unsafeFlags(["-wmo", "-enforce-exclusivity=unchecked"]),
          ] : [])),
  ]
)
