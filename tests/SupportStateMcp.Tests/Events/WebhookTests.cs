using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using SupportStateMcp.Conversations;
using SupportStateMcp.Events;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Events;

public sealed class WebhookTests
{
    private static readonly FakeTime s_time = new();

    private static readonly CloudEvent s_event = CloudEvent.Of(
        Conversation.Fold(null, [OneConversation.Opened()])!, OneConversation.Moved(2, "a", "b"), "/desk");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>The example of the specification's libraries: https://github.com/standard-webhooks/standard-webhooks, "Test vectors".</summary>
    [Fact]
    public void The_signature_is_that_of_standard_webhooks()
    {
        var secret = WebhookSignature.ParseSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!;

        var signature = WebhookSignature.Of([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", DateTimeOffset.FromUnixTimeSeconds(1_614_265_330), """{"test": 2432232314}"""u8);

        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", signature);
    }

    [Theory]
    [InlineData("whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz", true)]
    [InlineData("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz", false)]
    [InlineData("whsec_c2hvcnQ=", false)]
    [InlineData("whsec_no base64", false)]
    [InlineData("whsec_", false)]
    public void A_secret_has_24_to_64_bytes(string text, bool isOne) => Assert.Equal(isOne, WebhookSignature.ParseSecret(text) is not null);

    [Fact]
    public async Task While_one_secret_takes_over_from_the_other_both_sign()
    {
        await using var receiver = await EventReceiver.StartAsync();
        byte[][] secrets = [RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32)];
        using var sink = new WebhookSink(new EventSubscription("crm", [], false), new WebhookOptions { Url = receiver.Address, AllowsPrivate = true, Secrets = secrets }, s_time);
        var json = EventReader.Json(s_event);

        Assert.Null((await sink.DeliverAsync(s_event, json, Stop)).Failure);

        var taken = Assert.Single(receiver.Taken);
        Assert.Equal((s_event.Id, $"{s_time.GetUtcNow().ToUnixTimeSeconds()}", CloudEvent.MediaType), (taken.Id, taken.Timestamp, taken.ContentType));
        Assert.Equal(json, taken.Body);
        foreach (var secret in secrets)
        {
            var expected = Convert.ToBase64String(HMACSHA256.HashData(secret, (byte[])[.. Encoding.UTF8.GetBytes($"{taken.Id}.{taken.Timestamp}."), .. taken.Body]));
            Assert.Contains($"v1,{expected}", taken.Signature!.Split(' '));
        }
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = await EventReceiver.StartAsync();
        await using var receiver = await EventReceiver.StartAsync();
        receiver.Answer = context =>
        {
            context.Response.Headers.Location = elsewhere.Address.ToString();
            return Task.FromResult(StatusCodes.Status307TemporaryRedirect);
        };
        using var sink = Sink(receiver.Address, allowsPrivate: true);

        Assert.Equal("It answered with status 307.", (await sink.DeliverAsync(s_event, EventReader.Json(s_event), Stop)).Failure);
        Assert.Equal(0, elsewhere.Requests);
    }

    [Fact]
    public async Task An_address_of_this_machine_is_refused_whatever_it_is_called()
    {
        await using var receiver = await EventReceiver.StartAsync();
        foreach (var host in (string[])["localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"])
        {
            using var sink = Sink(new Uri($"http://{host}:{receiver.Address.Port}/hook"), allowsPrivate: false);
            Assert.Contains("cannot be reached: The address is not public", (await sink.DeliverAsync(s_event, EventReader.Json(s_event), Stop)).Failure, StringComparison.Ordinal);
        }

        Assert.Equal(0, receiver.Requests);
    }

    [Fact]
    public async Task What_cannot_be_reached_is_said_without_the_path_which_may_hold_a_secret()
    {
        using var sink = Sink(new Uri("http://127.0.0.1:1/services/T000/B000/secret"), allowsPrivate: true);

        var failure = (await sink.DeliverAsync(s_event, EventReader.Json(s_event), Stop)).Failure!;

        Assert.StartsWith("http://127.0.0.1:1 cannot be reached: ", failure, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("10.0.0.1")]
    [InlineData("10.255.255.255")]
    [InlineData("100.64.0.1")]
    [InlineData("100.127.255.254")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.1")]
    [InlineData("192.0.0.192")]
    [InlineData("192.0.2.1")]
    [InlineData("192.88.99.1")]
    [InlineData("192.168.1.1")]
    [InlineData("198.18.0.1")]
    [InlineData("198.19.255.255")]
    [InlineData("198.51.100.1")]
    [InlineData("203.0.113.1")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.255")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::7f00:1")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("64:ff9b:1::1")]
    [InlineData("100::1")]
    [InlineData("2001::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::1")]
    [InlineData("2002:a00:1::1")]
    [InlineData("3fff::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    public void These_addresses_are_not_public(string address) => Assert.False(PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("2a00:1450:4001:80b::200e")]
    public void These_are(string address) => Assert.True(PublicAddress.Is(IPAddress.Parse(address)));

    [Fact]
    public void A_line_in_a_chat_holds_no_marks_of_the_chat()
    {
        var e = s_event with { Data = s_event.Data with { Content = "<!channel> & <https://evil.example|click> *bold*" } };

        var slack = Encoding.UTF8.GetString(ChatMessage.Of(e, WebhookFormat.Slack));
        var teams = Encoding.UTF8.GetString(ChatMessage.Of(e, WebhookFormat.Teams));

        Assert.Equal("TKT-001 (medium): state transitioned, a -> b, by ai:desk-agent\n<!channel> & <https://evil.example|click> *bold*",
            WebUtility.HtmlDecode((string)System.Text.Json.Nodes.JsonNode.Parse(slack)!["text"]!));
        Assert.DoesNotContain('<', (string)System.Text.Json.Nodes.JsonNode.Parse(slack)!["text"]!);
        Assert.Equal("TextRun", (string)System.Text.Json.Nodes.JsonNode.Parse(teams)!["attachments"]![0]!["content"]!["body"]![0]!["inlines"]![0]!["type"]!);
    }

    private static WebhookSink Sink(Uri url, bool allowsPrivate) =>
        new(new EventSubscription("crm", [], false), new WebhookOptions { Url = url, AllowsPrivate = allowsPrivate }, s_time);
}
