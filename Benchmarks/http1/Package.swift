// swift-tools-version: 6.2
import PackageDescription

// How long the HTTP/1 codec takes for one request and one response:
//
//   swift run --package-path Benchmarks/http1 -c release http1-codec
let package = Package(
  name: "http1-codec",
  dependencies: [.package(name: "necro", path: "../..")],
  targets: [
    .executableTarget(
      name: "http1-codec",
      dependencies: [.product(name: "NecroHTTP1", package: "necro")],
      path: ".", sources: ["main.swift"])
  ]
)
