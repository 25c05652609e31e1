// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "swift-hello",
  dependencies: [.package(name: "necro", path: "../..")],
  targets: [
    .executableTarget(
      name: "swift-hello",
      dependencies: [.product(name: "NecroServer", package: "necro")],
      swiftSettings: [.enableExperimentalFeature("Lifetimes")])
  ]
)
