import Foundation

/// A text to measure with.
struct BenchmarkDocument {
  var name: String
  /// One text, or several that are parsed one after the other.
  var texts: [[UInt8]]

  var octetCount: Int { texts.reduce(0) { $0 + $1.count } }

  init(_ name: String, octets: [UInt8]) {
    self.name = name
    texts = [octets]
  }

  init(_ name: String, _ text: String) {
    self.init(name, octets: Array(text.utf8))
  }

  init(_ name: String, lines: [String]) {
    self.name = name
    texts = lines.map { Array($0.utf8) }
  }

  /// The data suite's file, or a text of the same shape where it is absent.
  init(_ name: String, orLike text: @autoclosure () -> String) {
    let vectors = ProcessInfo.processInfo.environment["NECRO_VECTORS"] ?? "../shared/vectors"
    let path = "\(vectors)/json/corpus/\(name).json"
    if let data = FileManager.default.contents(atPath: path) {
      self.init(name, octets: [UInt8](data))
    } else {
      self.init(name + "-like", text())
    }
  }

  static func all() -> [BenchmarkDocument] {
    [
      BenchmarkDocument("twitter", orLike: Shapes.posts()),
      BenchmarkDocument("citm_catalog", orLike: Shapes.catalog()),
      BenchmarkDocument("canada", orLike: Shapes.outline()),
      BenchmarkDocument("small", #"{"data":"the dead rise"}"#),
      BenchmarkDocument("rows", Shapes.rows()),
      BenchmarkDocument("strings", Shapes.strings()),
      BenchmarkDocument("ndjson", lines: Shapes.lines()),
    ]
  }
}

/// Texts made up in the shapes that the data suites have.
enum Shapes {
  static func posts() -> String {
    let posts = (0..<500).map { index in
      """
      {
            "metadata": {
              "result_type": "recent",
              "iso_language_code": "ja"
            },
            "created_at": "Sun Aug 31 00:29:15 +0000 2014",
            "id": \(505_874_924_095_815_681 + index),
            "text": "@aym0566x \\n\\n名前:前田あゆみ\\n第一印象:なんか怖っ!\\n今の印象:とりあえずキモい。",
            "user": { "id": \(1_186_275_104 + index), "name": "AYUMI", "verified": false,
              "url": null, "followers_count": \(index * 7) },
            "entities": { "hashtags": [], "urls": [], "user_mentions": [ { "indices": [0, 9] } ] },
            "retweet_count": 0, "favorited": false, "lang": "ja"
          }
      """
    }
    return "{\n  \"statuses\": [\n    \(posts.joined(separator: ",\n    "))\n  ]\n}"
  }

  static func catalog() -> String {
    let events = (0..<3000).map { index in
      """
          "\(138_586_341 + index)": {
              "description": null,
              "id": \(138_586_341 + index),
              "logo": "/images/UE0AAAAACEKo5wAAAAVDSVRN",
              "name": "Musique de chambre",
              "subTopicIds": [
                  337184283,
                  337184296
              ],
              "subjectCode": null,
              "topicIds": [
                  324846099,
                  107888604
              ]
          }
      """
    }
    return "{\n\(events.joined(separator: ",\n"))\n}"
  }

  static func outline() -> String {
    let points = (0..<50_000).map { index in
      let (x, y) = (
        -141.0 + Double(index) * 0.001_234_567_9, 41.7 + Double(index) * 0.000_812_345_6
      )
      return "[\(x),\(y)]"
    }
    return #"{"type":"Polygon","coordinates":[["# + points.joined(separator: ",") + "]]}"
  }

  private static func row(_ index: Int) -> String {
    #"{"id":\#(index),"name":"Mortimer \#(index)","power":\#(Double(index) * 1.25),"#
      + #""graveyard":"Highgate","undead":\#(index % 2 == 0),"raised":null}"#
  }

  static func rows() -> String {
    "[" + (0..<100).map(row).joined(separator: ",") + "]"
  }

  static func strings() -> String {
    let text = String(repeating: "Brains, said the dead, and nothing but brains. ", count: 22)
    return "[" + (0..<200).map { _ in "\"\(text)\"" }.joined(separator: ",") + "]"
  }

  static func lines() -> [String] { (0..<1000).map(row) }
}
