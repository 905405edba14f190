using System.Text.Json;
using System.Text.Unicode;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Customers;

/// <summary>
/// Customers in a file, one JSON object a line. A line that cannot be read, or breaks a rule, is refused by its number; where there
/// is one, the file is refused as a whole, with all such lines.
/// </summary>
/// <param name="Customers">The customers, in the order of the file.</param>
/// <param name="LeftOut">The fields with payment data that were left out, each with the number of its lines.</param>
public sealed record CustomerFile(IReadOnlyList<Customer> Customers, IReadOnlyDictionary<string, int> LeftOut)
{
    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    private static ReadOnlySpan<byte> ByteOrderMark => [0xef, 0xbb, 0xbf];

    /// <summary>Reads a file to its end.</summary>
    public static async ValueTask<Result<CustomerFile>> ReadAsync(Stream file, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await file.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            if (bytes.Length + read > CustomerLimits.FileBytes)
                return Error.InvalidArgument("file", $"it has at most {CustomerLimits.FileBytes >> 20} MiB");
            bytes.Write(buffer, 0, read);
        }

        return Read(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    internal static Result<CustomerFile> Read(ReadOnlySpan<byte> text)
    {
        var (customers, refused) = (new List<Customer>(), new List<RefusedLine>());
        var (leftOut, lines) = (new SortedDictionary<string, int>(StringComparer.Ordinal), new Dictionary<string, int>(StringComparer.Ordinal));
        if (text.StartsWith(ByteOrderMark))
            text = text[ByteOrderMark.Length..];
        for (var number = 1; text.Length > 0; number++)
        {
            var end = text.IndexOf((byte)'\n');
            var line = (end < 0 ? text : text[..end]).Trim(" \t\r"u8);
            text = end < 0 ? [] : text[(end + 1)..];
            if (line.IsEmpty)
                continue;
            if (!ReadLine(line, out var left).TryGet(out var customer, out var error))
                refused.Add(new RefusedLine(number, RuleOf(error)));
            else if (!lines.TryAdd(customer.CustomerId, number))
                refused.Add(new RefusedLine(number, $"customer_id: {customer.CustomerId} is on line {lines[customer.CustomerId]} already"));
            else if (customers.Count == CustomerLimits.Imported)
                return Error.InvalidArgument("file", $"it has at most {CustomerLimits.Imported} customers; line {number} is one more");
            else
                customers.Add(customer);
            foreach (var field in left)
                leftOut[field] = leftOut.GetValueOrDefault(field) + 1;
        }

        return refused.Count > 0 ? Error.LinesRefused(refused) : new CustomerFile(customers, leftOut);
    }

    private static Result<Customer> ReadLine(ReadOnlySpan<byte> line, out IReadOnlyList<string> leftOut)
    {
        leftOut = [];
        if (line.Length > Limits.RequestBytes)
            return Error.InvalidArgument("line", $"it has at most {Limits.RequestBytes} bytes");
        if (!Utf8.IsValid(line))
            return Error.InvalidArgument("line", "it is UTF-8 text");
        try
        {
            return CustomerLine.Read(JsonElement.Parse(line, s_json), out leftOut);
        }
        catch (JsonException e)
        {
            return Error.InvalidArgument("line", e.BytePositionInLine is { } at
                ? $"it is one JSON object, which names each field once (look at byte {at + 1})"
                : "it is one JSON object, which names each field once");
        }
        catch (InvalidOperationException)
        {
            return Error.InvalidArgument("line", "its texts have whole characters only: half of a surrogate pair is none");
        }
    }

    /// <summary>All that can be wrong with a line is an argument that breaks a rule.</summary>
    private static string RuleOf(Error error) =>
        error is Errors.InvalidArgument fault ? fault.Argument == "line" ? fault.Rule : $"{fault.Argument}: {fault.Rule}" : error.Code;
}
