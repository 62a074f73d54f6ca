using System.Globalization;
using System.Text;
using PredictiveRetention.Tests.Support;
using Xunit;

namespace PredictiveRetention.Tests.House;

/// <summary>THIRD-PARTY-NOTICES.md names what a build is made of, and none of it asks what the product cannot give.</summary>
public sealed class ThirdPartyNoticesTests
{
    [Fact]
    public void Every_licence_is_known_and_allowed() => Handbook.AssertNone(
        from package in ShippedPackages.Read()
        where !LicenceGate.Allows(package.Licence)
        select $"{package.Id} {package.Version}: {package.Licence}");

    [Fact]
    public void The_notices_are_those_of_the_locked_packages()
    {
        var packages = ShippedPackages.Read();
        Assert.All(packages, package => Assert.True(LicenceGate.Allows(package.Licence), $"{package.Id}: {package.Licence}"));
        Approved.Equal("THIRD-PARTY-NOTICES.md", Notices(packages));
    }

    [Theory]
    [InlineData("MIT", true)]
    [InlineData("MIT AND Apache-2.0", true)]
    [InlineData("GPL-3.0-only OR MIT", true)]
    [InlineData("LGPL-3.0-or-later", true)]
    [InlineData("MIT AND (AGPL-3.0-only OR BSD-3-Clause)", true)]
    [InlineData("AGPL-3.0-only", false)]
    [InlineData("MIT AND AGPL-3.0-only", false)]
    [InlineData("GPL-3.0-or-later", false)]
    [InlineData("MIT AND (MIT", false)]
    [InlineData("unknown", false)]
    [InlineData("", false)]
    public void A_licence_is_allowed_or_not(string expression, bool allowed) => Assert.Equal(allowed, LicenceGate.Allows(expression));

    [Theory]
    [InlineData("Permission is hereby granted, free of\n charge, to any person", "MIT")]
    [InlineData("Apache License\n   Version 2.0, January 2004", "Apache-2.0")]
    [InlineData("the GNU Lesser General Public License, or a commercial licence", "LGPL-3.0-or-later")]
    [InlineData("GNU AFFERO GENERAL PUBLIC LICENSE; a commercial licence is to be had", "AGPL-3.0")]
    [InlineData("GNU General Public License", "GPL-3.0-or-later")]
    [InlineData("By installing you accept the agreement and have paid for it.", "unknown")]
    public void A_text_is_recognised_by_its_words(string text, string licence) =>
        Assert.Equal(licence, ShippedPackages.RecogniseText(text));

    private static string Notices(IReadOnlyList<ShippedPackage> packages)
    {
        var page = new StringBuilder();
        void Line(FormattableString line) => page.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"# Third-party notices");
        Line($"");
        Line($"PredictiveRetention is under the [MIT licence](LICENSE). A build of it carries the {packages.Count} packages below,");
        Line($"each under its own licence. Made by `eng/third-party-notices` from the manifests of the packages that `packages.lock.json`");
        Line($"of every project under `src/` names, direct or not; `ThirdPartyNoticesTests` fails when it is out of step, and when a");
        Line($"licence is unknown, AGPL, GPL or to be had for money only.");
        Line($"Packages that only build or test the product are not in it.");
        Line($"");
        Line($"| package | version | licence | copyright | home |");
        Line($"|---|---|---|---|---|");
        foreach (var package in packages)
            Line($"| {package.Id} | {package.Version} | {package.Licence} | {package.Holder} | {package.Home} |");
        Line($"");
        Line($"## What the LGPL asks");
        Line($"");
        Line($"{string.Join(", ", packages.Where(package => LicenceGate.IsLesser(package.Licence)).Select(package => package.Id))}");
        Line($"are used unmodified, as libraries of their own beside the product. (Hangfire's other licence is a commercial one; it is");
        Line($"not the one used here.) Using the service asks nothing. Whoever passes a build on");
        Line($"");
        Line($"- says that it uses them and that they are under the LGPL, and adds this file, which has the texts of LGPL and GPL;");
        Line($"- leaves them replaceable: their DLLs stay files of their own, so no single-file, trimmed or native build of the service");
        Line($"  is passed on without them;");
        Line($"- forbids nobody to change them for their own use, nor to look into the product to find faults of such changes;");
        Line($"- passes on the source of a changed Hangfire, where it was changed.");
        Line($"");
        page.Append(Inside).Append('\n');
        Line($"## Texts of the licences");
        Line($"");
        Line($"The copyright lines are those of the table.");
        var hangfire = packages.Single(package => package.Id == "Hangfire.Core");
        foreach (var (name, text) in new[]
        {
            ("MIT", File.ReadAllText(Path.Combine(Repository.Root, "LICENSE"))),
            ("BSD-2-Clause", Bsd2),
            ("PostgreSQL", PostgreSql),
            ("Apache-2.0", ShippedPackages.ReadFile(packages.Single(package => package.Id == "Apache.Arrow"), "LICENSE.txt")),
            ("LGPL-3.0", ShippedPackages.ReadFile(hangfire, "COPYING.LESSER")),
            ("GPL-3.0, which the LGPL adds to", ShippedPackages.ReadFile(hangfire, "COPYING")),
        })
        {
            Line($"");
            Line($"### {name}");
            Line($"");
            Line($"```text");
            var plain = text.Replace("\r", "", StringComparison.Ordinal).Replace("\f", "", StringComparison.Ordinal).Trim('\n', '\uFEFF');
            foreach (var line in plain.Split('\n')) Line($"{line.TrimEnd()}");
            Line($"```");
        }
        return page.ToString();
    }

    /// <summary>What manifests do not tell.</summary>
    private const string Inside = """
        ## What packages bring inside

        Packages carry works of others; their own files (LICENSE, NOTICES, THIRD-PARTY-NOTICES.TXT) name all of them.

        | in | is | licence |
        |---|---|---|
        | DuckDB.NET.Bindings.Full | libduckdb, Stichting DuckDB Foundation | MIT |
        | SQLitePCLRaw.lib.e_sqlite3 | SQLite | public domain |
        | LightGBM | lib_lightgbm, Microsoft Corporation | MIT |
        | Hangfire.Core | the dashboard's scripts and styles (Bootstrap, jQuery, Moment.js, Chart.js) and code of others | MIT, Apache-2.0 |
        | Scalar.AspNetCore | the script of the page /docs and the npm packages it is bundled from | MIT |
        | Radzen.Blazor | fonts Inter, Roboto Flex and Source Sans 3, which no page uses | OFL-1.1 |
        | Radzen.Blazor | font Material Symbols, which no page uses | Apache-2.0 |

        The pages' own style sheet and script are written here; no font and no npm package is embedded. The sample orders in
        `training-data/online-retail` are derived from UCI Online Retail, D. Chen, CC BY 4.0
        ([attribution](training-data/online-retail/ATTRIBUTION.md)). A self-contained build also carries the .NET runtime
        (MIT, with a THIRD-PARTY-NOTICES.TXT of its own). PostgreSQL and Chromium are not part of a build.

        """;

    private const string Bsd2 = """
        Redistribution and use in source and binary forms, with or without modification, are permitted provided that the
        following conditions are met:

        1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following
           disclaimer.

        2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following
           disclaimer in the documentation and/or other materials provided with the distribution.

        THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES,
        INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
        DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL,
        SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
        SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY,
        WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
        OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
        """;

    private const string PostgreSql = """
        Permission to use, copy, modify, and distribute this software and its documentation for any purpose, without fee, and
        without a written agreement is hereby granted, provided that the above copyright notice and this paragraph and the
        following two paragraphs appear in all copies.

        IN NO EVENT SHALL THE COPYRIGHT HOLDER BE LIABLE TO ANY PARTY FOR DIRECT, INDIRECT, SPECIAL, INCIDENTAL, OR
        CONSEQUENTIAL DAMAGES, INCLUDING LOST PROFITS, ARISING OUT OF THE USE OF THIS SOFTWARE AND ITS DOCUMENTATION, EVEN IF
        THE COPYRIGHT HOLDER HAS BEEN ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.

        THE COPYRIGHT HOLDER SPECIFICALLY DISCLAIMS ANY WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF
        MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE. THE SOFTWARE PROVIDED HEREUNDER IS ON AN "AS IS" BASIS, AND THE
        COPYRIGHT HOLDER HAS NO OBLIGATIONS TO PROVIDE MAINTENANCE, SUPPORT, UPDATES, ENHANCEMENTS, OR MODIFICATIONS.
        """;
}
