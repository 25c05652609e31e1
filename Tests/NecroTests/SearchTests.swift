import Foundation
import TestSupport
import Testing

/// A folder in which interpreters are made up: shell scripts that say how they were called.
private final class Machine {
  let folder: URL

  init() throws {
    // Beside the executable, so that it can be linked: a copy that another thread's child inherits
    // while it is written cannot be executed.
    folder = Self.built.deletingLastPathComponent()
      .appendingPathComponent("necro-\(UUID().uuidString)").resolvingSymlinksInPath()
    let files = FileManager.default
    // A checkout of its own, so that an environment in the real one is not found.
    try files.createDirectory(atPath: path(package), withIntermediateDirectories: true)
    try files.createDirectory(atPath: path(package + "/necro"), withIntermediateDirectories: true)
    try files.createDirectory(atPath: path(build), withIntermediateDirectories: true)
    try Data().write(to: folder.appendingPathComponent("checkout/Package.swift"))
    try files.linkItem(at: Self.built, to: folder.appendingPathComponent(build + "/necro"))
  }

  let package = "checkout/Sources/Python"
  let build = "checkout/.build/debug"

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  /// An interpreter that answers the question for its version with `answer`, and otherwise prints its
  /// path, its arguments and what it was told in its environment.
  func interpreter(_ name: String, answer: Int = 1) throws {
    let url = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try """
    #!/bin/sh
    [ "$1" = -I ] && exit \(answer)
    echo "$0"
    for argument in "$@"; do echo "<$argument>"; done
    echo "$PYTHONPATH"
    echo "$NECRO_EXTENSION"
    """.write(to: url, atomically: false, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
  }

  /// A virtual environment or installation whose modules lie in a folder of this name.
  func installation(_ name: String, modules: String) throws {
    try interpreter(name + "/bin/python3")
    try FileManager.default.createDirectory(
      atPath: path("\(name)/lib/\(modules)"), withIntermediateDirectories: true)
  }

  /// Runs the executable here. `PATH` is empty unless it is given.
  func run(
    _ arguments: [String] = [], _ environment: [String: String] = [:]
  ) throws -> (status: Int32, output: [String], errors: String) {
    let process = Process()
    process.executableURL = folder.appendingPathComponent(build + "/necro")
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ["PATH": "", "HOME": path("home")].merging(environment) { $1 }
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    process.waitUntilExit()
    let lines = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    return (
      process.terminationStatus, lines.split(separator: "\n").map(String.init),
      String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    )
  }

  /// `necro`, which the build puts beside the tests.
  static let built: URL = {
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let beside = tests.deletingLastPathComponent().appendingPathComponent("necro")
    if FileManager.default.fileExists(atPath: beside.path) { return beside }
    // Where a runner loads the tests as a library, its arguments name their place.
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? ""
    return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("necro")
  }()
}

@Suite("The necro executable")
struct SearchTests {
  @Test("it becomes `python -m necro` with its arguments, the package and the extension module")
  func execution() throws {
    let machine = try Machine()
    try machine.installation("v", modules: "python3.13")
    let result = try machine.run(
      ["host", "a b", ""], ["VIRTUAL_ENV": machine.path("v"), "PYTHONPATH": "/else"])
    let package = machine.path(machine.package)
    let folder = machine.path(machine.build)
    #expect(
      result.output == [
        machine.path("v/bin/python3"), "<-m>", "<necro>", "<host>", "<a b>", "<>",
        package + ":/else", folder + "/lib_necro.so",
      ])
    #expect(result.status == 0)
  }

  @Test("an extension module that the environment names stays")
  func extensionModule() throws {
    let machine = try Machine()
    try machine.installation("v", modules: "python3.13")
    let result = try machine.run(
      [], ["VIRTUAL_ENV": machine.path("v"), "NECRO_EXTENSION": "/mine.so"])
    #expect(result.output.last == "/mine.so")
  }

  @Test("the active environment comes before the one in the current folder")
  func environments() throws {
    let machine = try Machine()
    try machine.installation(".venv", modules: "python3.13")
    #expect(try machine.run().output.first == ".venv/bin/python3")
    try machine.installation("v", modules: "python3.14")
    let result = try machine.run([], ["VIRTUAL_ENV": machine.path("v")])
    #expect(result.output.first == machine.path("v/bin/python3"))
  }

  @Test(
    "what the extension module cannot run in is passed over",
    arguments: [
      "python3.12", "python3.9", "python3.13t", "pypy3.11",
    ])
  func unsuitable(modules: String) throws {
    let machine = try Machine()
    try machine.installation("v", modules: modules)
    try machine.installation(".venv", modules: "python3.13")
    let result = try machine.run([], ["VIRTUAL_ENV": machine.path("v")])
    #expect(result.output.first == ".venv/bin/python3")
  }

  @Test("on PATH, an interpreter is asked for its version")
  func alongPath() throws {
    let machine = try Machine()
    try machine.interpreter("old/python3", answer: 12)
    try machine.interpreter("other/python3", answer: 1)
    try machine.interpreter("good/python3", answer: 13)
    try machine.interpreter("good/python", answer: 1)
    let path = ["old", "other", "nowhere", "good"].map(machine.path).joined(separator: ":")
    #expect(try machine.run([], ["PATH": path]).output.first == machine.path("good/python3"))
  }

  @Test("pyenv's newest release with a GIL is found, whatever PATH lacks")
  func underPyenv() throws {
    let machine = try Machine()
    for version in ["3.9.18", "3.13.2", "3.13.10", "3.12.20"] {
      let minor = version.split(separator: ".")[1]
      try machine.installation("home/.pyenv/versions/\(version)", modules: "python3.\(minor)")
    }
    try machine.installation("home/.pyenv/versions/3.13.11t", modules: "python3.13t")
    let found = "versions/3.13.10/bin/python3"
    #expect(try machine.run().output.first == machine.path("home/.pyenv/\(found)"))
    try FileManager.default.moveItem(
      atPath: machine.path("home/.pyenv"), toPath: machine.path("root"))
    let result = try machine.run([], ["PYENV_ROOT": machine.path("root")])
    #expect(result.output.first == machine.path("root/\(found)"))
  }

  @Test("without any, one line says how to get it")
  func nothing() throws {
    let result = try Machine().run()
    #expect(result.status == 1)
    #expect(result.output == [])
    #expect(result.errors.hasPrefix("necro: "))
    #expect(result.errors.contains("pyenv install 3.13"))
    #expect(result.errors.filter { $0 == "\n" }.count == 1)
  }
}
