using SupportStateMcp.Events;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Events;

/// <summary>Who sends letters.</summary>
public sealed class MailOptionsTests
{
    [Theory]
    [InlineData("@")]
    [InlineData("Support <support@desk.test> and others")]
    public async Task Who_sends_is_refused_at_the_start_where_it_is_no_address_and_makes_no_letter_a_dead_one(string from)
    {
        await using var mail = TestMailServer.Start();
        (string, string)[] keys = [("events:sinks:0:name", "letters"), ("events:sinks:0:type", "mail"), ("events:sinks:0:host", "127.0.0.1"), ("events:sinks:0:port", $"{mail.Port}"), ("events:sinks:0:security", "none")];
        var (_, violations) = LocalModel.Read([.. keys, ("events:sinks:0:from", from)]);
        Assert.Equal($"events.sinks.0.from: '{from}' is no address; name who sends the letters, for example Support <support@desk.example>.", Assert.Single(violations));

        var sink = LocalModel.Options([.. keys, ("events:sinks:0:from", "Support <support@desk.test>")]).Events.Sinks[0].Mail!;
        var wrongSender = await sink.Transport.SendAsync(sink.Mail.Server, new MailLetter("id@desk.test", from, "ann@customer.test", "s", "t"), TestContext.Current.CancellationToken);
        var wrongReceiver = await sink.Transport.SendAsync(sink.Mail.Server, new MailLetter("id@desk.test", sink.Mail.From, "@", "s", "t"), TestContext.Current.CancellationToken);

        Assert.Equal(new Delivery("The address of who sends cannot be read."), wrongSender);
        Assert.Equal(new Delivery("The address of the customer cannot be read.") { IsFinal = true }, wrongReceiver);
    }
}
