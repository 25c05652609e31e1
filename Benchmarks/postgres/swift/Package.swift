// swift-tools-version: 6.2
import PackageDescription

// The Postgres driver alone, without Python, for `make bench-postgres` to compare with libpq; built as it
// ships, in Embedded Swift.
let isEmbedded = Context.environment["NECRO_EMBEDDED"] == "1"

let package = Package(
  name: "postgres-driver",
  dependencies: [.package(name: "necro", path: "../../..")],
  targets: [
    .target(name: "CClient", path: "CClient"),
    .executableTarget(
      name: "postgres-driver",
      dependencies: ["CClient", .product(name: "NecroPostgres", package: "necro")],
      path: ".", exclude: ["CClient"], sources: ["main.swift", "Caller.swift"],
      swiftSettings: [.enableExperimentalFeature("Lifetimes")]
        + (isEmbedded
          ? [
            .enableExperimentalFeature("Embedded"),
            .unsafeFlags(["-wmo", "-enforce-exclusivity=unchecked"]),
          ] : [])),
  ]
)
