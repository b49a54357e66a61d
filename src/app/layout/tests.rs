use super::*;

fn right(area: Area) -> u16 {
    area.x + area.width
}

#[test]
fn the_parts_fill_the_screen_and_do_not_overlap() {
    for width in [60, 80, 99, 100, 120, 200, 400] {
        for height in [16, 24, 36, 90] {
            for histogram in [false, true] {
                let main = Main::new((width, height), false, histogram);
                assert_eq!(main.histogram.height > 0, histogram && height >= HISTOGRAM_FROM);
                assert_eq!(main.histogram.y, 2);
                assert_eq!(2 + main.histogram.height, main.list.y);
                assert_eq!(main.list.y + main.list.height, main.status.y);
                assert_eq!(main.status.y + 1, main.hints.y);
                assert_eq!(main.hints.y + 1, height);
                match main.details {
                    Some(details) => {
                        assert_eq!(right(main.list), details.x);
                        assert_eq!(right(details), width);
                    }
                    None => assert_eq!(right(main.list), width),
                }
            }
            let full = Full::new((width, height));
            assert_eq!(full.body.y + full.body.height, full.status.y);
        }
    }
}

#[test]
fn the_parts_of_charts_stay_in_their_frame() {
    for size in [(60, 16), (80, 24), (120, 36), (200, 60)] {
        let (time, attack) = (TimelineArea::new(size), AttackArea::new(size));
        let below = |area: Area| area.y + area.height;
        for (upper, lower) in [
            (time.head, time.picture),
            (time.picture, time.words),
            (attack.head, attack.list),
            (attack.list, attack.words),
        ] {
            assert!(below(upper) <= lower.y && below(lower) <= size.1, "{size:?}");
        }
        assert!(time.picture.height >= 7 && attack.list.height >= 8, "{size:?}");
    }
}

#[test]
fn a_large_screen_gives_its_room_to_what_is_read() {
    let main = Main::new((200, 60), false, true);
    assert_eq!(main.list.width, 136);
    assert_eq!(sheet((200, 60)), Area { x: 18, y: 1, width: 164, height: 57 });
    assert_eq!(sheet((120, 36)), Area { x: 0, y: 1, width: 120, height: 33 });
    assert_eq!(sheet((80, 24)), Area { x: 0, y: 1, width: 80, height: 22 });
    for size in [(200, 60), (120, 36)] {
        let sheet = sheet(size);
        assert!(sheet.y + sheet.height <= Main::new(size, false, true).status.y, "{size:?}");
    }
    assert_eq!((palette((80, 24)).height, palette((200, 60)).height), (18, 34));
    assert_eq!((Facets::new((80, 24)).frame.height, Facets::new((200, 60)).frame.height), (22, 42));
    assert_eq!((prompt_columns((120, 36)), prompt_columns((200, 60))), (76, 100));
}

#[test]
fn popups_stay_on_the_screen() {
    for size in [(60, 16), (80, 24), (120, 36), (1, 1), (0, 0)] {
        for (columns, rows) in [(10, 3), (400, 300), (u16::MAX, u16::MAX)] {
            let area = popup(size, columns, rows);
            assert!(right(area) <= size.0 && area.y + area.height <= size.1.max(1), "{area:?} in {size:?}");
        }
    }
}
