using System.Collections.Immutable;

namespace FeBeRelay.Cli.Lab.Wiretapping;

/// <summary>The byte strings a wiretap looks for. What passed before a marker was added was not searched for it.</summary>
internal sealed class MarkerWatch
{
    public const int MaximumMarkerLength = 256;

    private readonly Lock _gate = new();
    private ImmutableArray<Marker> _markers = [];

    public void Add(ReadOnlySpan<byte> marker)
    {
        ArgumentOutOfRangeException.ThrowIfZero(marker.Length, nameof(marker));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(marker.Length, MaximumMarkerLength, nameof(marker));
        lock (_gate)
        {
            if (Find(marker) is null)
            {
                _markers = _markers.Add(new Marker(marker.ToArray()));
            }
        }
    }

    public bool Saw(ReadOnlySpan<byte> marker)
    {
        lock (_gate)
        {
            Marker found = Find(marker) ?? throw new ArgumentException("This marker was not registered before the traffic passed.", nameof(marker));
            return found.Seen;
        }
    }

    /// <summary>Searches bytes that are contiguous in one direction of one connection.</summary>
    public void Search(ReadOnlySpan<byte> contiguous)
    {
        ImmutableArray<Marker> markers;
        lock (_gate)
        {
            markers = _markers;
        }

        foreach (Marker marker in markers)
        {
            if (!marker.Seen && contiguous.IndexOf(marker.Bytes) >= 0)
            {
                marker.Seen = true;
            }
        }
    }

    private Marker? Find(ReadOnlySpan<byte> bytes)
    {
        foreach (Marker marker in _markers)
        {
            if (bytes.SequenceEqual(marker.Bytes))
            {
                return marker;
            }
        }

        return null;
    }

    private sealed class Marker(byte[] bytes)
    {
        private volatile bool _seen;

        public byte[] Bytes { get; } = bytes;

        public bool Seen
        {
            get => _seen;
            set => _seen = value;
        }
    }
}
