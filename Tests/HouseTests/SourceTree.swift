import Foundation
import TestSupport

/// A file of this package, by its path from the root.
struct SourceFile {
  let path: String
  let text: String
  /// The lines without the content of comments and string literals, which are no code.
  let code: [Substring]

  init(path: String, text: String) {
    self.path = path
    self.text = text
    code = SwiftCode.stripped(text).split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The first two folders: `Sources/HTTP1`.
  var module: String {
    path.split(separator: "/").prefix(2).joined(separator: "/")
  }

  /// The name without folders.
  var name: String { String(path.split(separator: "/").last ?? "") }

  var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
}

/// The files that the rules of the house are about.
enum SourceTree {
  /// Files under `Sources` and `Tests` with one of the extensions.
  static func files(_ extensions: Set<String>, under folders: [String] = ["Sources", "Tests"])
    -> [SourceFile]
  {
    var files: [SourceFile] = []
    for folder in folders {
      let root = PackageFolders.root.appendingPathComponent(folder)
      guard let paths = FileManager.default.enumerator(atPath: root.path) else { continue }
      for case let path as String in paths where !isBuilt(path) {
        guard extensions.contains((path as NSString).pathExtension),
          let text = try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
        else { continue }
        files.append(SourceFile(path: folder + "/" + path, text: text))
      }
    }
    return files.sorted { $0.path < $1.path }
  }

  /// All Swift files, read once.
  static let swift = files(["swift"])

  /// Whether a path belongs to a build or an environment and not to the sources.
  private static func isBuilt(_ path: String) -> Bool {
    path.split(separator: "/").contains { $0.hasPrefix(".") || $0 == "__pycache__" }
  }
}

/// Something a rule forbids, as an editor finds it.
struct Violation: Equatable, CustomStringConvertible {
  let path: String
  /// From 1.
  let line: Int
  let what: String

  var description: String { "\(path):\(line): \(what)" }
}

/// All violations, one a line, for a test's message.
func listed(_ violations: [Violation]) -> String {
  violations.map(\.description).joined(separator: "\n")
}
