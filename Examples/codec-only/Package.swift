// swift-tools-version: 6.2
import PackageDescription

// One codec of Necro in a package that uses nothing else of it.
let package = Package(
  name: "codec-only",
  dependencies: [.package(name: "necro", path: "../..")],
  targets: [
    .executableTarget(
      name: "codec-only",
      dependencies: [.product(name: "NecroHTTP1", package: "necro")],
      path: ".", sources: ["main.swift"])
  ]
)
