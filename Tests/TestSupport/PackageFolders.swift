import Foundation

/// Where this package and the data for its tests lie.
public enum PackageFolders {
  /// The folder of Package.swift.
  public static var root: URL {
    // This file is Tests/TestSupport/PackageFolders.swift.
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
  }

  /// The data suites: `NECRO_VECTORS`, by default `../shared/vectors`; nil where they are absent, and
  /// a test then has fixtures of its own to go by.
  public static var vectors: URL? {
    existing(variable: "NECRO_VECTORS", fallback: "../shared/vectors")
  }

  /// The texts of the specifications: `NECRO_SPEC_TEXTS`, by default `../shared/spec`; nil where they
  /// are absent.
  public static var specificationTexts: URL? {
    existing(variable: "NECRO_SPEC_TEXTS", fallback: "../shared/spec")
  }

  /// The octets of the files in `Corpus/<codec>/seed` and `Corpus/<codec>/fail`, by path.
  public static func corpus(_ codec: String) -> [(path: String, octets: [UInt8])] {
    var files: [(path: String, octets: [UInt8])] = []
    for kind in ["seed", "fail"] {
      let folder = root.appendingPathComponent("Corpus/\(codec)/\(kind)")
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      for name in names.sorted() where !name.hasPrefix(".") {
        guard let data = try? Data(contentsOf: folder.appendingPathComponent(name)) else {
          continue
        }
        files.append((path: "Corpus/\(codec)/\(kind)/\(name)", octets: [UInt8](data)))
      }
    }
    return files
  }

  private static func existing(variable: String, fallback: String) -> URL? {
    let named = ProcessInfo.processInfo.environment[variable] ?? ""
    let folder =
      named.isEmpty
      ? root.appendingPathComponent(fallback).standardizedFileURL : URL(fileURLWithPath: named)
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }
}
