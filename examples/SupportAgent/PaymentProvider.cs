using System.Text.Json;

namespace SupportAgent;

/// <summary>A stand-in for a company's payment provider: it pays whatever it is told to, as often as it is told.</summary>
internal sealed class PaymentProvider
{
    public List<decimal> Payments { get; } = [];

    public string Refund(JsonElement arguments)
    {
        var amount = arguments.GetProperty("amount").GetDecimal();
        Payments.Add(amount);
        return JsonSerializer.Serialize(new { tool = "issue_refund", amount, paid = true });
    }
}
