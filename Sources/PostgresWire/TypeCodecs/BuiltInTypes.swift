// Written by Spec/postgres_types.py from PostgreSQL's catalog.

/// The types with an OID that is the same in every database.
public enum BuiltInTypes {
  /// The type with an OID, where it is built in.
  ///
  /// Complexity: O(log n).
  public static func type(_ oid: UInt32) -> PostgresType? {
    guard let index = index(oid) else { return nil }
    let word = words[index]
    guard let kind = PostgresValueKind(rawValue: UInt8(truncatingIfNeeded: word >> 40)) else {
      return nil
    }
    return PostgresType(oid: oid, kind: kind, element: UInt32(word >> 24 & 0xFFFF))
  }

  /// The OID of the arrays of a built-in type, where there are any.
  public static func array(of oid: UInt32) -> UInt32? {
    guard let index = index(oid) else { return nil }
    let array = UInt32(words[index] >> 8 & 0xFFFF)
    return array == 0 ? nil : array
  }

  /// Where a built-in type's name is in `names`, counted in commas. That of an array is empty: it
  /// is its element's behind an underscore.
  public static func index(_ oid: UInt32) -> Int? {
    var (low, high) = (0, words.count)
    while low < high {
      let middle = (low + high) / 2
      let found = UInt32(words[middle] >> 48)
      if found == oid { return middle }
      if found < oid { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  /// How many types there are.
  public static var count: Int { words.count }

  /// The OID of the type with an index.
  public static func oid(_ index: Int) -> UInt32 { UInt32(words[index] >> 48) }

  /// From the top: OID (16 bits), kind (8), element (16), array (16). Sorted.
  private static let words: [UInt64] = [
    0x0010_0300_0003_E800, 0x0011_0D00_0003_E900, 0x0012_0200_0003_EA00, 0x0013_0100_0003_EB00,
    0x0014_0600_0003_F800, 0x0015_0400_0003_ED00, 0x0016_2700_1503_EE00, 0x0017_0500_0003_EF00,
    0x0018_0000_0003_F000, 0x0019_0100_0003_F100, 0x001A_0700_0004_0400, 0x001B_2400_0003_F200,
    0x001C_0700_0003_F300, 0x001D_0700_0003_F400, 0x001E_2700_1A03_F500, 0x0020_0000_0000_0000,
    0x0047_2A00_0000_D200, 0x004B_2A00_0001_0E00, 0x0051_2A00_0001_1000, 0x0053_2A00_0001_1100,
    0x0072_0F00_0000_C700, 0x008E_0100_0000_8F00, 0x008F_2700_8E00_0000, 0x00C2_0000_0000_0000,
    0x00C7_2700_7200_0000, 0x00D2_2700_4700_0000, 0x010D_0000_0000_0000, 0x010E_2700_4B00_0000,
    0x010F_2713_CD00_0000, 0x0110_2700_5100_0000, 0x0111_2700_5300_0000, 0x0145_0000_0000_0000,
    0x0258_1D00_0003_F900, 0x0259_1E00_0003_FA00, 0x025A_1F00_0003_FB00, 0x025B_2000_0003_FC00,
    0x025C_2100_0004_0300, 0x0274_2200_0002_7500, 0x0275_2702_7400_0000, 0x028A_1900_0002_8B00,
    0x028B_2702_8A00_0000, 0x02BC_0900_0003_FD00, 0x02BD_0A00_0003_FE00, 0x02C1_0100_0000_0000,
    0x02CE_2300_0002_CF00, 0x02CF_2702_CE00_0000, 0x0306_1B00_0003_0700, 0x0307_2703_0600_0000,
    0x0316_0C00_0003_1700, 0x0317_2703_1600_0000, 0x033D_1A00_0004_1000, 0x0365_1800_0004_1100,
    0x03E8_2700_1000_0000, 0x03E9_2700_1100_0000, 0x03EA_2700_1200_0000, 0x03EB_2700_1300_0000,
    0x03ED_2700_1500_0000, 0x03EE_2700_1600_0000, 0x03EF_2700_1700_0000, 0x03F0_2700_1800_0000,
    0x03F1_2700_1900_0000, 0x03F2_2700_1B00_0000, 0x03F3_2700_1C00_0000, 0x03F4_2700_1D00_0000,
    0x03F5_2700_1E00_0000, 0x03F6_2704_1200_0000, 0x03F7_2704_1300_0000, 0x03F8_2700_1400_0000,
    0x03F9_2702_5800_0000, 0x03FA_2702_5900_0000, 0x03FB_2702_5A00_0000, 0x03FC_2702_5B00_0000,
    0x03FD_2702_BC00_0000, 0x03FE_2702_BD00_0000, 0x0403_2702_5C00_0000, 0x0404_2700_1A00_0000,
    0x0409_0000_0004_0A00, 0x040A_2704_0900_0000, 0x0410_2703_3D00_0000, 0x0411_2703_6500_0000,
    0x0412_0100_0003_F600, 0x0413_0100_0003_F700, 0x043A_1200_0004_9E00, 0x043B_1300_0004_9F00,
    0x045A_1500_0004_5B00, 0x045B_2704_5A00_0000, 0x049E_2704_3A00_0000, 0x049F_2704_3B00_0000,
    0x04A0_1600_0004_A100, 0x04A1_2704_A000_0000, 0x04A2_1700_0004_A300, 0x04A3_2704_A200_0000,
    0x04CF_2706_A400_0000, 0x04EF_2708_E300_0000, 0x04F2_1400_0004_F600, 0x04F6_2704_F200_0000,
    0x0618_1C00_0006_1900, 0x0619_2706_1800_0000, 0x061A_1C00_0006_1B00, 0x061B_2706_1A00_0000,
    0x06A4_0B00_0004_CF00, 0x06FE_0100_0008_9900, 0x0899_2706_FE00_0000, 0x089A_0000_0008_9F00,
    0x089B_0000_0008_A000, 0x089C_0000_0008_A100, 0x089D_0000_0008_A200, 0x089E_0000_0008_A300,
    0x089F_2708_9A00_0000, 0x08A0_2708_9B00_0000, 0x08A1_2708_9C00_0000, 0x08A2_2708_9D00_0000,
    0x08A3_2708_9E00_0000, 0x08C9_2A00_0000_0000, 0x08E3_0100_0004_EF00, 0x08E4_0000_0000_0000,
    0x08E5_0000_0000_0000, 0x08E6_2600_0000_0000, 0x08E7_0000_0000_0000, 0x08E8_0000_0000_0000,
    0x08E9_0000_0000_0000, 0x08EB_0000_0000_0000, 0x08EF_2708_C900_0000, 0x0AD8_0000_0000_0000,
    0x0B85_270B_9A00_0000, 0x0B86_0E00_000B_8700, 0x0B87_270B_8600_0000, 0x0B9A_0000_000B_8500,
    0x0C2B_0000_0000_0000, 0x0C94_2500_000C_9500, 0x0C95_270C_9400_0000, 0x0CEE_0000_0000_0000,
    0x0D21_0000_0000_0000, 0x0D4A_0000_0000_0000, 0x0DAC_0000_0000_0000, 0x0E1E_0000_000E_3B00,
    0x0E1F_0000_000E_3D00, 0x0E3A_0000_000E_3C00, 0x0E3B_270E_1E00_0000, 0x0E3C_270E_3A00_0000,
    0x0E3D_270E_1F00_0000, 0x0E96_0000_000E_9700, 0x0E97_270E_9600_0000, 0x0EB9_0000_000E_BA00,
    0x0EBA_270E_B900_0000, 0x0EDA_1000_000E_DF00, 0x0EDF_270E_DA00_0000, 0x0EF7_0000_0000_0000,
    0x0EFE_0000_0000_0000, 0x0F40_2800_170F_4100, 0x0F41_270F_4000_0000, 0x0F42_2806_A40F_4300,
    0x0F43_270F_4200_0000, 0x0F44_2804_5A0F_4500, 0x0F45_270F_4400_0000, 0x0F46_2804_A00F_4700,
    0x0F47_270F_4600_0000, 0x0F48_2804_3A0F_4900, 0x0F49_270F_4800_0000, 0x0F56_2800_140F_5700,
    0x0F57_270F_5600_0000, 0x0FE8_1100_000F_E900, 0x0FE9_270F_E800_0000, 0x0FF9_0000_000F_FA00,
    0x0FFA_270F_F900_0000, 0x1000_0000_0010_0100, 0x1001_2710_0000_0000, 0x105F_0000_0010_6000,
    0x1060_2710_5F00_0000, 0x1163_290F_4018_0600, 0x11B4_290F_4218_0700, 0x11B5_290F_4418_0800,
    0x11B6_290F_4618_0900, 0x11B7_290F_4818_0B00, 0x11B8_290F_5618_0D00, 0x11B9_0000_0000_0000,
    0x11BA_0000_0000_0000, 0x11F8_0000_0000_0000, 0x11F9_0000_0000_0000, 0x1399_0000_0000_0000,
    0x13AE_0000_0013_AF00, 0x13AF_2713_AE00_0000, 0x13CD_0800_0001_0F00, 0x13D5_0000_0000_0000,
    0x13D6_0000_0000_0000, 0x13D7_0000_0000_0000, 0x13D8_0000_0000_0000, 0x1806_2711_6300_0000,
    0x1807_2711_B400_0000, 0x1808_2711_B500_0000, 0x1809_2711_B600_0000, 0x180B_2711_B700_0000,
    0x180D_2711_B800_0000, 0x1925_0800_0019_2A00, 0x192A_2719_2500_0000, 0x195A_0000_0019_5B00,
    0x195B_2719_5A00_0000,
  ]

  /// The types' names in the order of their OIDs, with commas between.
  public static var names: StaticString {
    """
    bool,bytea,char,name,int8,int2,int2vector,int4,regproc,text,oid,tid,xid,cid,oidvector,pg_ddl\
    _command,pg_type,pg_attribute,pg_proc,pg_class,json,xml,,pg_node_tree,,,table_am_handler,,,,\
    ,index_am_handler,point,lseg,path,box,polygon,line,,cidr,,float4,float8,unknown,circle,,maca\
    ddr8,,money,,macaddr,inet,,,,,,,,,,,,,,,,,,,,,,,,,aclitem,,,,bpchar,varchar,date,time,timest\
    amp,,,,timestamptz,,interval,,,,timetz,,bit,,varbit,,numeric,refcursor,,regprocedure,regoper\
    ,regoperator,regclass,regtype,,,,,,record,cstring,any,anyarray,void,trigger,language_handler\
    ,internal,anyelement,,anynonarray,,uuid,,txid_snapshot,fdw_handler,pg_lsn,,tsm_handler,pg_nd\
    istinct,pg_dependencies,anyenum,tsvector,tsquery,gtsvector,,,,regconfig,,regdictionary,,json\
    b,,anyrange,event_trigger,int4range,,numrange,,tsrange,,tstzrange,,daterange,,int8range,,jso\
    npath,,regnamespace,,regrole,,regcollation,,int4multirange,nummultirange,tsmultirange,tstzmu\
    ltirange,datemultirange,int8multirange,anymultirange,anycompatiblemultirange,pg_brin_bloom_s\
    ummary,pg_brin_minmax_multi_summary,pg_mcv_list,pg_snapshot,,xid8,anycompatible,anycompatibl\
    earray,anycompatiblenonarray,anycompatiblerange,,,,,,,oid8,,regdatabase,
    """
  }
}
