// swift-tools-version: 6.2
import PackageDescription

// The Postgres driver alone, without Python, for `make bench-postgres` to compare with libpq.
let package = Package(
  name: "postgres-driver",
  dependencies: [.package(name: "necro", path: "../../..")],
  targets: [
    .target(name: "CClient", path: "CClient"),
    .executableTarget(
      name: "postgres-driver",
      dependencies: ["CClient", .product(name: "NecroPostgres", package: "necro")],
      path: ".", exclude: ["CClient"], sources: ["main.swift", "Caller.swift"],
      swiftSettings: [.enableExperimentalFeature("Lifetimes")]),
  ]
)
