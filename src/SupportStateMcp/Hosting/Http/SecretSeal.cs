using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// Seals what a sign-in keeps in the browser meanwhile (AES-GCM), with keys made of a secret that all instances have (HKDF, RFC 5869). The usual data
/// protection would keep keys in files, which the instances would have to share.
/// </summary>
internal sealed class SecretSeal : IDataProtector
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] _key;

    public SecretSeal(string secret) : this(Encoding.UTF8.GetBytes(secret), "SupportStateMcp sign-in")
    {
    }

    private SecretSeal(byte[] key, string purpose) => _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, info: Encoding.UTF8.GetBytes(purpose));

    public IDataProtector CreateProtector(string purpose) => new SecretSeal(_key, purpose);

    public byte[] Protect(byte[] plaintext)
    {
        var result = new byte[NonceBytes + TagBytes + plaintext.Length];
        var nonce = result.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(_key, TagBytes);
        cipher.Encrypt(nonce, plaintext, result.AsSpan(NonceBytes + TagBytes), result.AsSpan(NonceBytes, TagBytes));
        return result;
    }

    /// <exception cref="CryptographicException">It was not sealed with this secret and for this purpose, or was changed since.</exception>
    public byte[] Unprotect(byte[] protectedData)
    {
        if (protectedData.Length < NonceBytes + TagBytes)
            throw new CryptographicException("It is too short to be sealed.");
        var data = protectedData.AsSpan();
        var plaintext = new byte[data.Length - NonceBytes - TagBytes];
        using var cipher = new AesGcm(_key, TagBytes);
        cipher.Decrypt(data[..NonceBytes], data[(NonceBytes + TagBytes)..], data[NonceBytes..(NonceBytes + TagBytes)], plaintext);
        return plaintext;
    }
}
