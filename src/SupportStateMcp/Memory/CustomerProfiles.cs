using System.Text;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;
using SupportStateMcp.Records;

namespace SupportStateMcp.Memory;

/// <summary>What came of a change of a profile.</summary>
/// <param name="Profile">The profile as it is now.</param>
/// <param name="Changed">False where it was so before.</param>
public sealed record UpdatedProfile(CustomerProfile Profile, bool Changed);

/// <summary>What is known of each customer as data: a record for each, changed by merge patch.</summary>
internal sealed class CustomerProfiles(IRecordStore records, TimeProvider time)
{
    /// <summary>How often a change that met another is made again on top of it.</summary>
    private const int Attempts = 20;

    /// <summary>The profile of a customer; an empty one at version 0 where nothing is recorded.</summary>
    public async ValueTask<CustomerProfile> FindAsync(string customerId, CancellationToken cancellationToken)
    {
        if (await records.GetAsync(ProfileDocument.RecordKind, customerId, cancellationToken) is not { } record)
            return new CustomerProfile { CustomerId = customerId, Preferences = MergePatch.Empty, History = MergePatch.Empty, Version = 0 };
        var (document, version, at, by) = record.As(MemoryJson.Default.ProfileDocument);
        return new CustomerProfile
        {
            CustomerId = customerId, Preferences = document.Preferences, History = document.History, Version = version, UpdatedAt = at, UpdatedBy = by,
        };
    }

    /// <summary>Changes a profile; the caller has checked who may.</summary>
    public async ValueTask<Result<UpdatedProfile>> UpdateAsync(UpdateProfile command, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var before = await FindAsync(command.CustomerId, cancellationToken);
            if (command is { Preferences: null, History: null })
                return new UpdatedProfile(before, Changed: false);
            var now = time.GetUtcNow();
            var after = before with
            {
                Preferences = command.Preferences is null ? before.Preferences : MergePatch.Apply(before.Preferences, command.Preferences),
                History = command.History is null ? before.History : MergePatch.Apply(before.History, command.History),
                UpdatedAt = now,
                UpdatedBy = command.Actor.ToString(),
            };
            var content = Content(after);
            if (before.Version > 0 && content.AsSpan().SequenceEqual(Content(before)))
                return new UpdatedProfile(before, Changed: false);
            if (command.ExpectedVersion is { } expected && expected != before.Version)
                return Error.RecordConflict(ProfileDocument.RecordKind, command.CustomerId, expected, before.Version);
            if (Encoding.UTF8.GetByteCount(after.Preferences.GetRawText()) + Encoding.UTF8.GetByteCount(after.History.GetRawText()) > MemoryLimits.ProfileBytes)
                return Error.InvalidArgument("preferences", $"preferences and history have at most {MemoryLimits.ProfileBytes} bytes of JSON together, with what is there already");

            var write = new RecordWrite
            {
                Kind = ProfileDocument.RecordKind, Id = command.CustomerId, ExpectedVersion = before.Version, By = after.UpdatedBy, Now = now, Content = content,
            };
            switch ((await records.WriteAsync([write], cancellationToken))[0])
            {
                case RecordWriteResult.Written written:
                    return new UpdatedProfile(after with { Version = written.Version }, written.Changed);
                case RecordWriteResult.Conflict conflict when attempt == Attempts || command.ExpectedVersion is not null:
                    return Error.RecordConflict(ProfileDocument.RecordKind, command.CustomerId, before.Version, conflict.Actual);
            }
        }
    }

    private static byte[] Content(CustomerProfile profile) => Utf8Json.Write(
        new ProfileDocument { Preferences = profile.Preferences, History = profile.History }, MemoryJson.Default.ProfileDocument);
}
