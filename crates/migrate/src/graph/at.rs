//! Where a walk is: the providers and elements around, and what an outlet would show there.

use std::rc::Rc;

use super::evaluate::Data;
use super::sightings::{Above, Branch, Place};

/// A list that grows at its head and is shared below.
pub(super) struct Link<T> {
    pub(super) item: T,
    pub(super) rest: Chain<T>,
}

pub(super) type Chain<T> = Option<Rc<Link<T>>>;

pub(super) fn collect<T: Clone>(chain: &Chain<T>) -> Vec<T> {
    let mut found: Vec<T> =
        std::iter::successors(chain.as_ref(), |link| link.rest.as_ref()).map(|link| link.item.clone()).collect();
    found.reverse();
    found
}

/// A place on the way down.
#[derive(Default)]
pub(super) struct At<'a> {
    pub(super) above: Chain<Above>,
    pub(super) trail: Chain<Place>,
    /// What `<Outlet />` shows.
    pub(super) outlet: Rc<Vec<Data<'a>>>,
    pub(super) is_uncertain: bool,
    /// Where the trail was as the page began.
    pub(super) page: Option<usize>,
    /// How many components around were taken to render what they are given, since what they do with it could not be followed.
    pub(super) guesses: u8,
    /// The routes that led here.
    pub(super) branches: Chain<Branch>,
    /// The element that stands for the component that is looked at.
    pub(super) by: Option<Place>,
}

impl<'a> At<'a> {
    pub(super) fn copy(&self) -> Self {
        Self {
            above: self.above.clone(),
            trail: self.trail.clone(),
            outlet: self.outlet.clone(),
            is_uncertain: self.is_uncertain,
            page: self.page,
            guesses: self.guesses,
            branches: self.branches.clone(),
            by: self.by,
        }
    }

    pub(super) fn by(&self, by: Option<Place>) -> Self {
        Self { by, ..self.copy() }
    }

    pub(super) fn on(&self, branch: Branch) -> Self {
        Self { branches: Some(Rc::new(Link { item: branch, rest: self.branches.clone() })), ..self.copy() }
    }

    pub(super) fn guessed(&self) -> Self {
        Self { is_uncertain: true, guesses: self.guesses + 1, ..self.copy() }
    }

    pub(super) fn inside(&self, place: Place) -> Self {
        Self { trail: Some(Rc::new(Link { item: place, rest: self.trail.clone() })), ..self.copy() }
    }

    pub(super) fn under(&self, above: Above) -> Self {
        Self { above: Some(Rc::new(Link { item: above, rest: self.above.clone() })), ..self.copy() }
    }

    pub(super) fn uncertain_unless(&self, is_certain: bool) -> Self {
        Self { is_uncertain: self.is_uncertain || !is_certain, ..self.copy() }
    }

    pub(super) fn with_outlet(&self, outlet: Vec<Data<'a>>) -> Self {
        Self { outlet: Rc::new(outlet), ..self.copy() }
    }

    pub(super) fn in_page(&self) -> Self {
        let around = std::iter::successors(self.trail.as_ref(), |link| link.rest.as_ref()).count();
        Self { page: Some(around), ..self.copy() }
    }
}
