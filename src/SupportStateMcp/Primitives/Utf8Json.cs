using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace SupportStateMcp.Primitives;

/// <summary>
/// Values as UTF-8 JSON, with text left readable (<c>é</c>, not <c>\u00e9</c>). The encoder belongs to the writer: given to
/// the serializer's options instead, it would turn off the generated code that writes a type without looking at its metadata,
/// which takes about half the time.
/// </summary>
internal static class Utf8Json
{
    /// <summary>A buffer that grew beyond this is not kept.</summary>
    private const int KeptBytes = 64 * 1024;

    [ThreadStatic]
    private static Writer? t_writer;

    /// <param name="value">What to write.</param>
    /// <param name="type">Its type, of a generated context's own options (<c>Default</c>).</param>
    public static byte[] Write<T>(T value, JsonTypeInfo<T> type)
    {
        // Taken, not shared: a converter may write JSON of its own.
        var writer = t_writer ?? new Writer();
        t_writer = null;
        JsonSerializer.Serialize(writer.Json, value, type);
        writer.Json.Flush();
        var json = writer.Buffer.WrittenSpan.ToArray();
        if (writer.Buffer.Capacity <= KeptBytes)
        {
            writer.Buffer.ResetWrittenCount();
            writer.Json.Reset();
            t_writer = writer;
        }

        return json;
    }

    private sealed class Writer
    {
        public Writer() => Json = new Utf8JsonWriter(Buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

        public ArrayBufferWriter<byte> Buffer { get; } = new(1024);

        public Utf8JsonWriter Json { get; }
    }
}
