import Foundation
import TestSupport

/// A clause of a specification as `Spec/<document>/<section>.json` has it.
struct Clause: Decodable, Equatable {
  var id: String
  var level: String
  var says: String
  var digest: String
  var status: String
  var reason: String?
}

/// The clauses of one file.
struct ClauseFile {
  /// From the root: `Spec/RFC9112/6.3.json`.
  let path: String
  let clauses: [Clause]

  /// What the ids of this file begin with: `RFC9112-6.3-`.
  var prefix: String {
    let components = path.split(separator: "/")
    let document = components.dropLast().last ?? ""
    return "\(document)-\((components.last ?? "").dropLast(".json".count))-"
  }

  /// All files of `Spec/`.
  static func all() throws -> [ClauseFile] {
    var files: [ClauseFile] = []
    let root = PackageFolders.root.appendingPathComponent("Spec")
    let paths = FileManager.default.enumerator(atPath: root.path)
    while let path = paths?.nextObject() as? String {
      guard path.contains("/"), path.hasSuffix(".json") else { continue }
      let data = try Data(contentsOf: root.appendingPathComponent(path))
      let clauses = try JSONDecoder().decode([Clause].self, from: data)
      files.append(ClauseFile(path: "Spec/" + path, clauses: clauses))
    }
    return files.sorted { $0.path < $1.path }
  }
}

/// A place where a test names a clause.
struct ClauseNaming: Equatable {
  let id: String
  let path: String
  /// From 1.
  let line: Int
}

extension ClauseNaming {
  /// All namings in tests of Swift and Python, in the probe's tables and in fixtures.
  static func all() -> [ClauseNaming] {
    let swift = SourceTree.swift.filter { $0.path.hasPrefix("Tests/") }
    let others = SourceTree.files(["py", "md"], under: ["Tests", "Fixtures"])
    return (swift + others).flatMap(namings)
  }

  /// The namings in one file.
  static func namings(in file: SourceFile) -> [ClauseNaming] {
    let text = file.text
    // Most files name none, and a search for a text is much quicker than one for a pattern.
    let isTable = file.path.contains("/probe/tables/")
    guard isTable || text.contains(".clause(") || text.contains("Clauses: ") else { return [] }
    let lists: [Substring]
    switch file.path.split(separator: ".").last {
    case "py" where isTable:
      lists = text.matches(of: /"([A-Z0-9]+-[0-9A-Z.]+-[1-9][0-9]*)"/).map(\.1)
    case "swift":
      lists = text.matches(of: /\.clause\(\s*((?:"[^"\\]*"[\s,]*)+)\)/).map(\.1)
    case "py":
      lists = text.matches(of: /@pytest\.mark\.clause\(\s*((?:"[^"\\]*"[\s,]*)+)\)/).map(\.1)
    default:
      lists = text.matches(of: /(?:^|\n)Clauses: ([^\n]+)/).map(\.1)
    }
    return lists.flatMap { list in
      let line = text[..<list.startIndex].count { $0 == "\n" } + 1
      return list.matches(of: /[^\s",]+/).map {
        ClauseNaming(id: String($0.0), path: file.path, line: line)
      }
    }
  }
}
