//! From stored ids to the kernel's places.

use std::sync::Arc;

use kernel::{Offering, Partner};

use crate::error::Error;

/// Where the offerings and partners of the manifest's ids stand in the kernel's order. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Places {
    offerings: Arc<[Option<Offering>]>,
    partners: Arc<[Option<Partner>]>,
}

impl Places {
    /// Both lists are indexed by stored id; an id that stands for nothing is `None`.
    #[must_use]
    pub fn new(offerings: Vec<Option<Offering>>, partners: Vec<Option<Partner>>) -> Places {
        Places {
            offerings: offerings.into(),
            partners: partners.into(),
        }
    }

    #[inline]
    pub(crate) fn offering(&self, id: u32, path: &str) -> Result<Offering, Error> {
        find(&self.offerings, id, "offering", path)
    }

    pub(crate) fn partner(&self, id: u32, path: &str) -> Result<Partner, Error> {
        find(&self.partners, id, "partner", path)
    }
}

#[inline]
fn find<T: Copy>(
    places: &[Option<T>],
    id: u32,
    what: &'static str,
    path: &str,
) -> Result<T, Error> {
    match places.get(id as usize) {
        Some(Some(place)) => Ok(*place),
        _ => Err(Error::UnknownPlace {
            path: path.to_owned(),
            what,
            id,
        }),
    }
}
