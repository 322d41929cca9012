package dev.byname.source.etcd;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import dev.byname.source.Tree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A protobuf message by the numbers of the fields that are wanted; reads it to a {@link Tree}, the
 * form that JSON takes too, and steps over everything else without looking inside.
 */
final class ProtobufMessage {
  /** Kubernetes objects nest about ten messages deep; no more is read of what is not one. */
  private static final int DEPTH_MAX = 20;

  private sealed interface Type {
    record Text() implements Type {}

    record WholeNumber() implements Type {}

    record Flag() implements Type {}

    /** {@code map<string, string>}: repeated entries of key = 1 and value = 2. */
    record TextMap() implements Type {}

    record Nested(ProtobufMessage message) implements Type {}
  }

  private record Field(String name, Type type, boolean repeated) {}

  private final Map<Integer, Field> fields = new HashMap<>();

  ProtobufMessage text(int number, String name) {
    return with(number, new Field(name, new Type.Text(), false));
  }

  ProtobufMessage texts(int number, String name) {
    return with(number, new Field(name, new Type.Text(), true));
  }

  ProtobufMessage number(int number, String name) {
    return with(number, new Field(name, new Type.WholeNumber(), false));
  }

  ProtobufMessage flag(int number, String name) {
    return with(number, new Field(name, new Type.Flag(), false));
  }

  ProtobufMessage textMap(int number, String name) {
    return with(number, new Field(name, new Type.TextMap(), true));
  }

  ProtobufMessage message(int number, String name, ProtobufMessage message) {
    return with(number, new Field(name, new Type.Nested(message), false));
  }

  ProtobufMessage messages(int number, String name, ProtobufMessage message) {
    return with(number, new Field(name, new Type.Nested(message), true));
  }

  private ProtobufMessage with(int number, Field field) {
    if (fields.put(number, field) != null) {
      throw new IllegalArgumentException("field " + number + " is given twice");
    }
    return this;
  }

  /** Reads to the end of the input, or of the limit that is set on it. */
  Map<String, Tree> read(CodedInputStream in) throws IOException {
    return read(in, 0);
  }

  private Map<String, Tree> read(CodedInputStream in, int depth) throws IOException {
    if (depth > DEPTH_MAX) {
      throw new InvalidProtocolBufferException("messages are nested too deeply");
    }
    var values = new LinkedHashMap<String, Tree>();
    var lists = new HashMap<String, List<Tree>>();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      var field = fields.get(WireFormat.getTagFieldNumber(tag));
      if (field == null) {
        if (!in.skipField(tag)) {
          throw new InvalidProtocolBufferException("a group ends that never began");
        }
        continue;
      }
      checkWireType(field, WireFormat.getTagWireType(tag));
      if (field.type() instanceof Type.TextMap) {
        readEntry(in, values, field.name());
        continue;
      }
      var value = readValue(in, field.type(), depth);
      if (!field.repeated()) {
        // The API server writes fields that are not set as well; JSON leaves them out.
        if (!isEmptyText(value)) {
          values.put(field.name(), value);
        }
      } else {
        lists
            .computeIfAbsent(
                field.name(),
                name -> {
                  var list = new ArrayList<Tree>();
                  values.put(name, Tree.of(list));
                  return list;
                })
            .add(value);
      }
    }
    return values;
  }

  private static Tree readValue(CodedInputStream in, Type type, int depth) throws IOException {
    return switch (type) {
      case Type.Text() -> Tree.of(in.readStringRequireUtf8());
      case Type.WholeNumber() -> Tree.of(in.readInt64());
      case Type.Flag() -> Tree.of(in.readBool());
      case Type.Nested(var message) -> {
        int outer = in.pushLimit(in.readRawVarint32());
        var nested = message.read(in, depth + 1);
        in.checkLastTagWas(0);
        in.popLimit(outer);
        yield Tree.of(nested);
      }
      case Type.TextMap() -> throw new IllegalStateException("read entry by entry");
    };
  }

  private static void readEntry(CodedInputStream in, Map<String, Tree> values, String name)
      throws IOException {
    int outer = in.pushLimit(in.readRawVarint32());
    var key = "";
    var value = "";
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case (1 << 3) | WireFormat.WIRETYPE_LENGTH_DELIMITED -> key = in.readStringRequireUtf8();
        case (2 << 3) | WireFormat.WIRETYPE_LENGTH_DELIMITED -> value = in.readStringRequireUtf8();
        default -> in.skipField(tag);
      }
    }
    in.checkLastTagWas(0);
    in.popLimit(outer);
    var before = values.get(name);
    Map<String, Tree> entries =
        before instanceof Tree.Mapping mapping ? mapping.fields() : new LinkedHashMap<>();
    if (before == null) {
      values.put(name, Tree.of(entries));
    }
    entries.put(key, Tree.of(value));
  }

  private static void checkWireType(Field field, int wireType)
      throws InvalidProtocolBufferException {
    int expected =
        switch (field.type()) {
          case Type.Text(), Type.TextMap(), Type.Nested(_) -> WireFormat.WIRETYPE_LENGTH_DELIMITED;
          case Type.WholeNumber(), Type.Flag() -> WireFormat.WIRETYPE_VARINT;
        };
    if (wireType != expected) {
      throw new InvalidProtocolBufferException(
          "field " + field.name() + " has wire type " + wireType + ", not " + expected);
    }
  }

  private static boolean isEmptyText(@Nullable Tree value) {
    return value instanceof Tree.Scalar(var type, var text, _)
        && type == Tree.ScalarType.TEXT
        && text.isEmpty();
  }
}
