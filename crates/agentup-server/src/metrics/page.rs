//! Writes families of metrics, one after the other.

use std::fmt;

use prometheus_client::{
    encoding::{
        DescriptorEncoder, EncodeCounterValue, EncodeGaugeValue, EncodeLabelSet, MetricEncoder,
        NoLabelSet,
    },
    metrics::MetricType,
    registry::Unit,
};

use super::histogram::Times;

/// What is told of a family besides its numbers.
#[derive(Debug)]
pub(super) struct Family {
    /// Without the prefix, the unit, and the `_total` of counters.
    pub(super) name: &'static str,
    pub(super) unit: Option<Unit>,
    /// One sentence.
    pub(super) help: &'static str,
}

impl Family {
    /// A family of mere numbers.
    pub(super) const fn new(name: &'static str, help: &'static str) -> Self {
        let unit = None;
        Self { name, unit, help }
    }

    /// A family of times.
    pub(super) const fn seconds(name: &'static str, help: &'static str) -> Self {
        let unit = Some(Unit::Seconds);
        Self { name, unit, help }
    }

    /// A family of sizes.
    pub(super) const fn bytes(name: &'static str, help: &'static str) -> Self {
        let unit = Some(Unit::Bytes);
        Self { name, unit, help }
    }
}

/// No labels.
pub(super) const BARE: [(&str, &str); 0] = [];

/// A page of metrics that is being written. Families without numbers are left out.
#[derive(Debug)]
pub(super) struct Page<'a>(DescriptorEncoder<'a>);

impl<'a> Page<'a> {
    pub(super) const fn new(encoder: DescriptorEncoder<'a>) -> Self {
        Self(encoder)
    }

    /// Counts, each with its labels.
    pub(super) fn counters<L: EncodeLabelSet, V: EncodeCounterValue>(
        &mut self,
        family: &Family,
        counts: impl IntoIterator<Item = (L, V)>,
    ) -> fmt::Result {
        let write = |encoder: &mut MetricEncoder<'_>, value| {
            encoder.encode_counter::<NoLabelSet, V, u64>(&value, None)
        };
        self.family(family, MetricType::Counter, counts, write)
    }

    /// Levels, each with its labels.
    pub(super) fn gauges<L: EncodeLabelSet, V: EncodeGaugeValue>(
        &mut self,
        family: &Family,
        levels: impl IntoIterator<Item = (L, V)>,
    ) -> fmt::Result {
        let write = |encoder: &mut MetricEncoder<'_>, value| encoder.encode_gauge(&value);
        self.family(family, MetricType::Gauge, levels, write)
    }

    /// A level that has no labels.
    pub(super) fn gauge(&mut self, family: &Family, level: impl EncodeGaugeValue) -> fmt::Result {
        self.gauges(family, [(BARE, level)])
    }

    /// Times, each with its labels.
    pub(super) fn histograms<L: EncodeLabelSet>(
        &mut self,
        family: &Family,
        times: impl IntoIterator<Item = (L, Times)>,
    ) -> fmt::Result {
        let write = |encoder: &mut MetricEncoder<'_>, times: Times| {
            encoder.encode_histogram::<NoLabelSet>(times.sum, times.count, &times.buckets, None)
        };
        self.family(family, MetricType::Histogram, times, write)
    }

    fn family<L: EncodeLabelSet, V>(
        &mut self,
        family: &Family,
        kind: MetricType,
        samples: impl IntoIterator<Item = (L, V)>,
        write: impl Fn(&mut MetricEncoder<'_>, V) -> fmt::Result,
    ) -> fmt::Result {
        let mut samples = samples.into_iter().peekable();
        if samples.peek().is_none() {
            return Ok(());
        }
        let Family { name, unit, help } = family;
        let mut encoder = self.0.encode_descriptor(name, help, unit.as_ref(), kind)?;
        for (labels, value) in samples {
            write(&mut encoder.encode_family(&labels)?, value)?;
        }
        Ok(())
    }
}
