package dev.byname.wire;

/**
 * What a client asked, read in place: header, question and OPT record of one message. Reused from
 * message to message; owned by one event loop.
 *
 * <p>Reading allocates nothing and accepts the plain case only: one question, its name
 * uncompressed, nothing in the answer and authority sections, at most an OPT record behind it.
 * {@link #read} says when it is not that.
 */
public final class QueryView {
  /** What {@link #read} found. */
  public static final int PLAIN = 0;

  /** Not worth an answer: too short to have a header, or itself a response (QR=1). */
  public static final int DROP = 1;

  /** An opcode other than QUERY: NOTIMP unless somebody serves it. */
  public static final int OTHER_OPCODE = 2;

  /** The counts, the name or the OPT record are wrong. */
  public static final int MALFORMED = 3;

  /** EDNS of a version other than 0. */
  public static final int BAD_VERSION = 4;

  /** Well formed, but with records besides the question and OPT (TSIG, an IXFR's SOA, …). */
  public static final int UNUSUAL = 5;

  private static final int LABELS_MAX = 127;

  /** The message; only valid until the buffer is reused. */
  public byte[] message = new byte[0];

  public int lengthBytes;
  public int id;
  public int flags;

  /** The name in lower case, as it travels, from index 0; zero-padded to a multiple of 8 bytes. */
  public final byte[] name = new byte[DomainName.BYTES_MAX + 9];

  /** Bytes of the name, root included. */
  public int nameLengthBytes;

  /** Labels without the root. */
  public int labelCount;

  /** Where label i starts within the name; {@code labelOffset[labelCount]} is the root. */
  public final short[] labelOffset = new short[LABELS_MAX + 1];

  public int type;
  public int queryClass;

  /** Where the question ends. */
  public int questionEnd;

  public boolean edns;
  public int ednsVersion;
  public boolean dnssecOk;

  /** As the client said it; below 512 counts as 512 (RFC 6891 section 6.2.3). */
  public int udpPayloadSizeBytes;

  /** The options of the OPT record: {@code message[ednsOptionsOffset, +ednsOptionsLengthBytes)}. */
  public int ednsOptionsOffset;

  public int ednsOptionsLengthBytes;

  /**
   * Reads {@code message[0, length)}.
   *
   * @return one of the constants above; the fields up to the point of failure are set
   */
  public int read(byte[] message, int length) {
    this.message = message;
    lengthBytes = length;
    edns = false;
    dnssecOk = false;
    udpPayloadSizeBytes = 512;
    ednsVersion = 0;
    ednsOptionsLengthBytes = 0;
    nameLengthBytes = 0;
    labelCount = 0;
    type = 0;
    questionEnd = Header.LENGTH_BYTES;
    if (length < Header.LENGTH_BYTES) {
      return DROP;
    }
    id = Bytes.u16(message, Header.ID);
    flags = Bytes.u16(message, Header.FLAGS);
    if ((flags & Header.QR) != 0) {
      return DROP;
    }
    if ((flags & Header.OPCODE_MASK) != 0) {
      readQuestion(length); // an answer echoes the question where there is one
      return OTHER_OPCODE;
    }
    if (Bytes.u16(message, Header.QDCOUNT) != 1 || !readQuestion(length)) {
      return MALFORMED;
    }
    // ANCOUNT, NSCOUNT and ARCOUNT in one look: nothing, or one additional record.
    long counts = Bytes.i64(message, Header.QDCOUNT) & 0x0000_ffff_ffff_ffffL;
    if (counts == 0) {
      return PLAIN; // bytes behind the last record are passed over, as other servers do
    }
    return counts == 1 ? readOpt(questionEnd, length) : readUnusual(length);
  }

  private boolean readQuestion(int length) {
    byte[] in = message;
    int position = Header.LENGTH_BYTES;
    int labels = 0;
    while (true) {
      if (position >= length) {
        return false;
      }
      int label = in[position];
      if (label <= 0) {
        if (label < 0) {
          return false; // a pointer or a reserved label type: nothing stands before it to point to
        }
        break;
      }
      if (label > DomainName.LABEL_BYTES_MAX) {
        return false;
      }
      labelOffset[labels++] = (short) (position - Header.LENGTH_BYTES);
      position += 1 + label;
      if (position - Header.LENGTH_BYTES >= DomainName.BYTES_MAX) {
        return false;
      }
    }
    int nameLength = position + 1 - Header.LENGTH_BYTES;
    if (position + 5 > length) {
      return false;
    }
    labelOffset[labels] = (short) (nameLength - 1);
    labelCount = labels;
    nameLengthBytes = nameLength;
    fold(in, nameLength, length);
    type = Bytes.u16(in, position + 1);
    queryClass = Bytes.u16(in, position + 3);
    questionEnd = position + 5;
    return true;
  }

  /** Copies the name in lower case, eight bytes a step where the message is long enough for it. */
  private void fold(byte[] in, int nameLength, int length) {
    int i = 0;
    for (; i < nameLength && Header.LENGTH_BYTES + i + 8 <= length; i += 8) {
      Bytes.i64(name, i, lowerCase(Bytes.i64(in, Header.LENGTH_BYTES + i)));
    }
    for (; i < nameLength; i++) {
      name[i] = DomainName.fold(in[Header.LENGTH_BYTES + i]);
    }
    Bytes.i64(name, nameLength, 0);
  }

  /** Lower case of eight ASCII bytes at once; bytes above 127 and length bytes pass unchanged. */
  static long lowerCase(long eight) {
    long ones = 0x0101_0101_0101_0101L;
    long low7 = eight & 0x7f7f_7f7f_7f7f_7f7fL;
    long atLeastA = low7 + (0x80 - 'A') * ones;
    long aboveZ = low7 + (0x7f - 'Z') * ones;
    long upper = (atLeastA ^ aboveZ) & ~eight & 0x8080_8080_8080_8080L;
    return eight | upper >>> 2;
  }

  /**
   * The one additional record at {@code offset}: an OPT (RFC 6891 section 6.1.2) or something
   * unusual.
   */
  private int readOpt(int offset, int length) {
    byte[] in = message;
    if (offset + 11 > length) {
      return MALFORMED;
    }
    if (in[offset] != 0 || Bytes.u16(in, offset + 1) != RecordTypes.OPT) {
      return readUnusual(length);
    }
    edns = true;
    udpPayloadSizeBytes = Math.max(512, Bytes.u16(in, offset + 3));
    ednsVersion = in[offset + 6] & 0xff;
    dnssecOk = in[offset + 7] < 0;
    ednsOptionsOffset = offset + 11;
    ednsOptionsLengthBytes = Bytes.u16(in, offset + 9);
    if (ednsOptionsOffset + ednsOptionsLengthBytes > length || !optionsWellFormed()) {
      return MALFORMED;
    }
    return ednsVersion == 0 ? PLAIN : BAD_VERSION;
  }

  private boolean optionsWellFormed() {
    int position = ednsOptionsOffset;
    int end = position + ednsOptionsLengthBytes;
    while (position < end) {
      if (position + 4 > end) {
        return false;
      }
      position += 4 + Bytes.u16(message, position + 2);
    }
    return position == end;
  }

  /**
   * Several records: walks them to find the OPT record, of which there may be one (RFC 6891 section
   * 6.1.1).
   */
  private int readUnusual(int length) {
    int ahead = Bytes.u16(message, Header.ANCOUNT) + Bytes.u16(message, Header.NSCOUNT);
    int records = ahead + Bytes.u16(message, Header.ARCOUNT);
    int position = questionEnd;
    int result = UNUSUAL;
    for (int i = 0; i < records; i++) {
      int nameSize = DomainName.sizeAt(message, position, length);
      if (nameSize < 0 || position + nameSize + 10 > length) {
        return MALFORMED;
      }
      int recordEnd = position + nameSize + 10 + Bytes.u16(message, position + nameSize + 8);
      if (recordEnd > length) {
        return MALFORMED;
      }
      if (Bytes.u16(message, position + nameSize) == RecordTypes.OPT) {
        if (edns || i < ahead || nameSize != 1) {
          return MALFORMED;
        }
        int opt = readOpt(position, length);
        if (opt != PLAIN) {
          result = opt;
        }
      }
      position = recordEnd;
    }
    return result;
  }

  /**
   * The value of an EDNS option, as offset in the message, or -1; its length is at the two bytes
   * before it.
   */
  public int ednsOption(int code) {
    int position = ednsOptionsOffset;
    int end = position + ednsOptionsLengthBytes;
    while (position + 4 <= end) {
      if (Bytes.u16(message, position) == code) {
        return position + 4;
      }
      position += 4 + Bytes.u16(message, position + 2);
    }
    return -1;
  }

  /** The name in the client's case. Allocates; not for the hot path. */
  public DomainName qname() {
    return DomainName.ofWire(message, Header.LENGTH_BYTES, nameLengthBytes);
  }
}
